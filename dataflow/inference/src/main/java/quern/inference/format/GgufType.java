package quern.inference.format;

/** Types of GGUF metadata values, in the order of their ids. */
enum GgufType {
    UINT8(1), INT8(1), UINT16(2), INT16(2), UINT32(4), INT32(4), FLOAT32(4), BOOL(1), STRING(0), ARRAY(0),
    UINT64(8), INT64(8), FLOAT64(8);

    private final int bytes;

    GgufType(int bytes) {
        this.bytes = bytes;
    }

    int id() {
        return ordinal();
    }

    /** Bytes of one value; 0 where that varies. */
    int bytes() {
        return bytes;
    }

    static GgufType of(int id, String where, String what) {
        if (id < 0 || id >= values().length) {
            throw new ModelFormatException(where, what + " has value type " + Integer.toUnsignedString(id)
                    + ", expected 0 to " + (values().length - 1));
        }
        return values()[id];
    }
}
