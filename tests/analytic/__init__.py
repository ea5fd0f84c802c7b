"""Cases whose answer is a formula or a published table, run through the code that simulates; and the page that tells of them."""
