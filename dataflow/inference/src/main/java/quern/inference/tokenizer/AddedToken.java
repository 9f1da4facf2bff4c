package quern.inference.tokenizer;

import java.util.Set;

/**
 * A token found in a text before anything else is done to it.
 *
 * @param plain whether it is found in text of a message too, not only in that of a template
 * @param leftStrip whether white space before it belongs to it
 * @param rightStrip whether white space behind it belongs to it
 * @param singleWord whether it counts only where no letter or digit touches it
 * @param place in which text it is looked for
 */
public record AddedToken(
        int id,
        String text,
        boolean plain,
        boolean leftStrip,
        boolean rightStrip,
        boolean singleWord,
        Place place) {

    /** Where an added token is looked for. */
    public enum Place {
        /** In the text as it came. */
        RAW,
        /** In the normalized text, the token normalized too. */
        NORMALIZED,
        /** In the normalized text, the token as it is written. */
        WRITTEN
    }

    private static final Set<String> HTML = Set.of(
            "a", "b", "i", "u", "s", "p", "br", "hr", "em", "strong", "sub", "sup", "code", "pre", "blockquote", "ul",
            "ol", "li", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "h1", "h2",
            "h3", "h4", "h5", "h6", "div", "span", "img");

    /** An added token without conditions; plain unless it is a control token or written like one. */
    public static AddedToken of(int id, String text, TokenKind kind) {
        return new AddedToken(id, text, isPlain(text, kind), false, false, false, Place.RAW);
    }

    /**
     * Whether text of a message may become the token. Added tokens written like markup steer the model too, whatever
     * the file calls them; but not HTML's elements.
     */
    public static boolean isPlain(String text, TokenKind kind) {
        return kind == TokenKind.USER_DEFINED && (!isMarkup(text) || isHtml(text));
    }

    private static boolean isMarkup(String text) {
        String bare = text.strip();
        return bare.length() > 2
                && (bare.startsWith("<") && bare.endsWith(">") || bare.startsWith("[") && bare.endsWith("]"));
    }

    private static boolean isHtml(String text) {
        String name = text.substring(text.startsWith("</") ? 2 : 1, text.length() - 1);
        return text.startsWith("<") && HTML.contains(name);
    }
}
