# NumPy arrays as the kernels need them: checked, in one piece, in memory that is used again.

cdef enum:
    LARGE = 262144  # bytes from which on memory is worth keeping


cdef int _same_shape(str name, array, tuple shape) except -1:
    """A kernel would go astray in an array of another shape."""
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
    return 0


cdef _ready(array, dtype):
    """Return `array` as the kernels want it: C-contiguous, aligned, of `dtype`."""
    if array.dtype == dtype and array.flags.c_contiguous and array.flags.aligned:
        return array
    return np.require(array, dtype, ["C", "A"])


cdef void *_data(array, bint writable=False) except? NULL:
    """Return where an array's numbers are, as long as the caller holds on to it."""
    cdef Py_buffer view
    PyObject_GetBuffer(array, &view, PyBUF_C_CONTIGUOUS | (PyBUF_WRITABLE if writable else 0))
    cdef void *data = view.buf
    PyBuffer_Release(&view)
    return data


cdef class _Block:
    """The memory of a large result; see memory.c."""

    cdef void *memory
    cdef Py_ssize_t bytes

    def __cinit__(self, Py_ssize_t bytes):
        self.memory = memory_take(bytes)
        self.bytes = bytes
        if self.memory is NULL:
            raise MemoryError(f"not enough memory for a result of {bytes} bytes")

    def __dealloc__(self):
        if self.memory is not NULL:
            memory_give_back(self.memory, self.bytes)

    def __getbuffer__(self, Py_buffer *view, int flags):
        PyBuffer_FillInfo(view, self, self.memory, self.bytes, 0, flags)


cdef _empty(shape, dtype):
    """Return a new C-contiguous array, of arbitrary contents."""
    cdef Py_ssize_t bytes = np.dtype(dtype).itemsize
    for length in shape:
        bytes *= length
    if bytes < LARGE:
        return np.empty(shape, dtype)
    return np.frombuffer(_Block(bytes), dtype).reshape(shape)


cdef int _check(int failed) except -1:
    if failed:
        raise MemoryError("not enough memory for a layer's working space")
    return 0
