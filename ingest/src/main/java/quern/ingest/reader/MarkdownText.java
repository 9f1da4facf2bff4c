package quern.ingest.reader;

import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.BlockQuote;
import org.commonmark.node.BulletList;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.ListItem;
import org.commonmark.node.OrderedList;
import org.commonmark.node.Paragraph;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.commonmark.node.ThematicBreak;
import org.commonmark.parser.Parser;

/**
 * Markdown (CommonMark) as text: headings, items and code stay as they are written, emphasis and link targets go, HTML
 * becomes its text.
 */
final class MarkdownText extends AbstractVisitor {

    private static final int OPEN_BLOCKS_MAX = 100;

    private final StructuredText out = new StructuredText();
    private int depth;
    private int number;
    private boolean ordered;
    private boolean firstItem;

    private MarkdownText() {
        super();
    }

    static Parts parts(String markdown) {
        return OnePart.of(textOf(markdown));
    }

    static String textOf(String markdown) {
        var visitor = new MarkdownText();
        Parser parser = Parser.builder().maxOpenBlockParsers(OPEN_BLOCKS_MAX).build();
        parser.parse(withoutFrontMatter(markdown)).accept(visitor);
        return visitor.out.toString();
    }

    /** A YAML block between two {@code ---} lines at the very beginning is about the document, not of it. */
    private static String withoutFrontMatter(String markdown) {
        if (!markdown.startsWith("---\n")) {
            return markdown;
        }
        int end = markdown.indexOf("\n---\n", 3);
        boolean keys = end > 0
                && markdown.substring(4, end + 1).lines().allMatch(line -> line.matches("[\\w-]+:.*|\\s.*|- .*|"));
        return keys ? markdown.substring(end + 5) : markdown;
    }

    @Override
    public void visit(Heading heading) {
        out.begin("#".repeat(heading.getLevel()) + " ");
        visitChildren(heading);
        out.endBlock();
    }

    @Override
    public void visit(Paragraph paragraph) {
        visitChildren(paragraph);
        out.endBlock();
    }

    @Override
    public void visit(BlockQuote quote) {
        out.endBlock();
        visitChildren(quote);
        out.endBlock();
    }

    @Override
    public void visit(BulletList list) {
        items(list, false, 1);
    }

    @Override
    public void visit(OrderedList list) {
        items(list, true, list.getMarkerStartNumber() == null ? 1 : list.getMarkerStartNumber());
    }

    private void items(org.commonmark.node.Node list, boolean numbered, int start) {
        boolean outerOrdered = ordered;
        int outerNumber = number;
        out.endBlock();
        ordered = numbered;
        number = start;
        firstItem = depth == 0;
        depth++;
        visitChildren(list);
        depth--;
        ordered = outerOrdered;
        number = outerNumber;
    }

    @Override
    public void visit(ListItem item) {
        String indent = "  ".repeat(Math.clamp(depth - 1, 0, 8));
        out.beginTight(indent + (ordered ? number++ + ". " : "- "), firstItem);
        firstItem = false;
        visitChildren(item);
        out.endBlock();
    }

    @Override
    public void visit(FencedCodeBlock code) {
        out.verbatim(code.getLiteral());
    }

    @Override
    public void visit(IndentedCodeBlock code) {
        out.verbatim(code.getLiteral());
    }

    @Override
    public void visit(HtmlBlock html) {
        out.verbatim(HtmlText.textOf(html.getLiteral()));
    }

    @Override
    public void visit(ThematicBreak rule) {
        out.endBlock();
    }

    @Override
    public void visit(Text text) {
        out.inline(text.getLiteral());
    }

    @Override
    public void visit(Code code) {
        out.inline(code.getLiteral());
    }

    @Override
    public void visit(HtmlInline tag) {
        if (tag.getLiteral().toLowerCase(java.util.Locale.ROOT).startsWith("<br")) {
            out.lineBreak();
        }
    }

    @Override
    public void visit(SoftLineBreak end) {
        // Kept: tables and verse are lines, and CommonMark proper knows no tables.
        out.lineBreak();
    }

    @Override
    public void visit(HardLineBreak end) {
        out.lineBreak();
    }
}
