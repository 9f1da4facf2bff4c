package quern.curation.qa;

import java.util.List;

/** A piece of a document's structure. */
sealed interface Block {

    /**
     * @param level 1 for a title or {@code #}, 2 for {@code ##} and so on
     * @param marked whether the text marks it as a heading; else it only looks like one
     */
    record Heading(int level, Span span, boolean marked) implements Block {}

    /** Running text of one or more lines. */
    record Paragraph(Span span) implements Block {}

    /** One list item or line, without its bullet or number. */
    record Item(Span span) implements Block {}

    /** A row of a table; the first of a table is its header. */
    record Row(List<Span> cells, boolean header) implements Block {}
}
