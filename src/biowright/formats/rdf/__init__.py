"""RDF in its serialisations, read and written to the letter: what the SBOL formats stand on."""
