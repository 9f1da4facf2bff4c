package quern.curation;

/** Lengths in UTF-8 without encoding. */
final class Utf8 {

    private Utf8() {}

    /** Bytes of a text; a surrogate without its other half counts as the one byte that replaces it. */
    static long bytes(String text) {
        long bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                // A pair of surrogates is four bytes: one for each of the two units more.
                bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
            }
        }
        return bytes;
    }
}
