package quern.curation.generation;

/** Models like to put quotation marks around what they write. */
final class Quotes {

    private static final String PAIRS = "''\"\"``\u201c\u201d\u2018\u2019\u00ab\u00bb";

    private Quotes() {}

    /**
     * The text without white space and without pairs of quotation marks around it.
     *
     * @throws UnusableAnswer if nothing is left
     */
    static String without(String answer) {
        String text = answer.strip();
        while (text.length() >= 2 && isPair(text.charAt(0), text.charAt(text.length() - 1))) {
            text = text.substring(1, text.length() - 1).strip();
        }
        if (text.isEmpty()) {
            throw new UnusableAnswer("empty");
        }
        return text;
    }

    private static boolean isPair(char first, char last) {
        for (int i = 0; i < PAIRS.length(); i += 2) {
            if (PAIRS.charAt(i) == first && PAIRS.charAt(i + 1) == last) {
                return true;
            }
        }
        return false;
    }
}
