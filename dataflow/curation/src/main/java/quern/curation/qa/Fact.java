package quern.curation.qa;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import quern.curation.text.LetterCase;

/**
 * Something a document says that can be asked for.
 *
 * @param kind how it is said
 * @param subject what it is about
 * @param property what of the subject; empty where the subject itself is asked for
 * @param answer where the document says it
 */
record Fact(Kind kind, String subject, String property, Span answer) {

    /** Where facts come from. */
    enum Kind {
        /** A heading and the first sentence below it. */
        SECTION,
        /** "X is Y", "X means Y": the subject as it stands in the sentence. */
        DEFINITION,
        /** The same with a plural verb. */
        DEFINITION_OF_MANY,
        /** "Label: value", a table cell, "the P of X is Y": the property of a subject. */
        PROPERTY,
        /** "X weighs Y": the property is the verb's base form. */
        ACTION
    }

    /** The same for the same subject, property and answer, in whatever document. */
    String id(String text) {
        String whole = LetterCase.lower(String.join("\n", subject, property, answer.in(text)));
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(whole.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
