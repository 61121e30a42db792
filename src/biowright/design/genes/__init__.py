"""The optimiser of genes and genomes: rules in, the best sequence and its proof out."""
