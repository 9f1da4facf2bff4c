package quern.curation.generation;

/**
 * A text in which quotations are looked up: exactly, but for white space, any run of which counts as one space.
 * Immutable.
 */
final class Passage {

    /**
     * @param from first UTF-16 unit in the text as it is
     * @param to one past the last
     */
    record Quotation(int from, int to) {}

    private final String flat;
    /** Where each character of {@link #flat} stands in the text. */
    private final int[] places;
    private final int length;

    Passage(String text) {
        StringBuilder flattened = new StringBuilder(text.length());
        int[] at = new int[text.length()];
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean space = isSpace(c);
            if (space && (flattened.isEmpty() || flattened.charAt(flattened.length() - 1) == ' ')) {
                continue;
            }
            at[flattened.length()] = i;
            flattened.append(space ? ' ' : c);
        }
        this.flat = flattened.toString();
        this.places = at;
        this.length = text.length();
    }

    /** The first place where the quotation stands; null where it stands nowhere, or has no character. */
    Quotation find(String quotation) {
        String wanted = flat(quotation);
        int at = wanted.isEmpty() ? -1 : flat.indexOf(wanted);
        if (at < 0) {
            return null;
        }
        return new Quotation(places[at], Math.min(length, places[at + wanted.length() - 1] + 1));
    }

    static String flat(String text) {
        StringBuilder flattened = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isSpace(c)) {
                flattened.append(c);
            } else if (!flattened.isEmpty() && flattened.charAt(flattened.length() - 1) != ' ') {
                flattened.append(' ');
            }
        }
        int end = flattened.length();
        return flattened.substring(0, end > 0 && flattened.charAt(end - 1) == ' ' ? end - 1 : end);
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c);
    }
}
