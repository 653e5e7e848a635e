"""What students get: the stubs made from the solution, and the archive, proved fit to hand out."""
