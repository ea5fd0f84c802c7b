"""Outside vectors run through the code the simulation itself calls. No formula is written again here: adapters only translate."""
