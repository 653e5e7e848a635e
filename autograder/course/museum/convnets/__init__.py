"""The museum of the exercise ConvolutionalNetworks: mistakes, correct ways, and unseen mistakes."""
