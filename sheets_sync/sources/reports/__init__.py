"""One module per kind of report: a table or a document in, portions out, faults beside them."""
