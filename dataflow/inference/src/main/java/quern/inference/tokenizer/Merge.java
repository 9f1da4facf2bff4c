package quern.inference.tokenizer;

import quern.config.QuernException;

/** Two tokens that become one. */
public record Merge(String left, String right) {

    /**
     * Reads "left right"; a blank can be the first character of the left one.
     *
     * @throws QuernException if there are not two
     */
    public static Merge parse(String written) {
        int blank = written.indexOf(' ', 1);
        if (blank < 1 || blank == written.length() - 1) {
            throw new QuernException(QuernException.Category.ERROR,
                    "merge \"" + written + "\", expected two tokens with a blank between");
        }
        return new Merge(written.substring(0, blank), written.substring(blank + 1));
    }
}
