package quern.curation.unicode;

/** UTF-8 read strictly, except for two variants: C0 80 for U+0000, and surrogate pairs of three bytes each (CESU-8). */
final class LooseUtf8 {

    private LooseUtf8() {}

    /** The text, or null where the bytes are no UTF-8. */
    static String decode(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        for (int i = 0; i < bytes.length; ) {
            int first = bytes[i] & 0xFF;
            int length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
            int point = length == 1 ? first : sequence(bytes, i, first, length);
            if (point < 0) {
                return null;
            }
            if (point >= 0xD800 && point <= 0xDBFF) {
                int low = i + 3 < bytes.length && (bytes[i + 3] & 0xFF) == 0xED ? sequence(bytes, i + 3, 0xED, 3) : -1;
                if (low < 0xDC00 || low > 0xDFFF) {
                    return null;
                }
                point = Character.toCodePoint((char) point, (char) low);
                length = 6;
            } else if (point >= 0xDC00 && point <= 0xDFFF) {
                return null;
            }
            text.appendCodePoint(point);
            i += length;
        }
        return text.toString();
    }

    private static int sequence(byte[] bytes, int at, int first, int length) {
        if (first < 0xC0 || first > 0xF4 || at + length > bytes.length) {
            return -1;
        }
        int point = first & (0xFF >> (length + 1));
        for (int i = 1; i < length; i++) {
            int next = bytes[at + i] & 0xFF;
            if ((next & 0xC0) != 0x80) {
                return -1;
            }
            point = point << 6 | next & 0x3F;
        }
        boolean nul = first == 0xC0 && point == 0;
        int least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
        return nul || point >= least && point <= Character.MAX_CODE_POINT ? point : -1;
    }
}
