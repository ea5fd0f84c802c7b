"""Those who lend: they put funds into a pool, and take them out again when they fear for them."""
