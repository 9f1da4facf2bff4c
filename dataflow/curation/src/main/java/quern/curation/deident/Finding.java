package quern.curation.deident;

/**
 * An identifier in a text.
 *
 * @param from first character
 * @param to behind the last one
 * @param confidence from 0 to 1: 0.9 and more where form, check digit or context decide, about 0.5 where it may be one
 */
public record Finding(IdentifierKind kind, int from, int to, double confidence) {

    int length() {
        return to - from;
    }

    boolean touches(int otherFrom, int otherTo) {
        return from < otherTo && otherFrom < to;
    }
}
