package quern.curation.mapper;

import java.util.function.IntPredicate;

/** Keeps some code points of a text. */
final class CodePointKeep {

    private CodePointKeep() {}

    /** The same object where all are kept. */
    static String keep(String text, IntPredicate wanted) {
        StringBuilder result = null;
        for (int i = 0, size; i < text.length(); i += size) {
            int c = text.codePointAt(i);
            size = Character.charCount(c);
            if (!wanted.test(c)) {
                result = result == null ? new StringBuilder(text.length()).append(text, 0, i) : result;
            } else if (result != null) {
                result.appendCodePoint(c);
            }
        }
        return result == null ? text : result.toString();
    }
}
