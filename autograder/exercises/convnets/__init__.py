"""The exercise ConvolutionalNetworks: convolution, pooling, normalization, and a net of them."""
