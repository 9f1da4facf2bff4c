package quern.ingest.reader;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeFilter;
import quern.ingest.TextDecoding;

/**
 * The main text of an HTML page, see {@link MainContent}: without scripts, styles, navigation, headers and footers;
 * only {@code main} or {@code article} where that holds most of the text. Headings, items and table rows are lines as
 * in {@link StructuredText}. Nothing a page refers to is loaded.
 */
final class HtmlText implements NodeFilter {

    private static final Set<String> SKIPPED = Set.of("script", "style", "noscript", "template", "svg", "math",
            "iframe", "object", "embed", "nav", "header", "footer", "aside", "form", "button", "select", "head",
            "dialog");
    private static final Set<String> BLOCKS = Set.of("p", "div", "section", "article", "main", "blockquote", "figure",
            "figcaption", "ul", "ol", "dl", "dt", "dd", "table", "address", "details", "summary", "body", "html", "hr");
    private static final int META_BYTES = 2048;
    private static final double MAIN_SHARE = 0.5;

    private final StructuredText out = new StructuredText();
    private final Deque<int[]> lists = new ArrayDeque<>();

    private HtmlText() {}

    static Parts parts(byte[] bytes) throws IOException {
        TextDecoding.Found found = TextDecoding.find(bytes, bytes.length, true);
        // The page's own meta element is asked only where the bytes leave a choice.
        boolean byMeta = found.charset().name().startsWith("windows") && declaresCharset(bytes);
        var page = Jsoup.parse(new ByteArrayInputStream(bytes), byMeta ? null : found.charset().name(), "");
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        if (!page.title().isBlank()) {
            fields.put("title", page.title());
        }
        return OnePart.of(fields.put("text", textOf(main(MainContent.of(page.body())))));
    }

    private static boolean declaresCharset(byte[] bytes) {
        String head = new String(bytes, 0, Math.min(bytes.length, META_BYTES), StandardCharsets.ISO_8859_1);
        return head.toLowerCase(Locale.ROOT).contains("charset=");
    }

    static String textOf(Element root) {
        var filter = new HtmlText();
        root.filter(filter);
        return filter.out.toString();
    }

    /** Text of a page or fragment given as text. */
    static String textOf(String html) {
        return textOf(main(Jsoup.parse(html).body()));
    }

    private static Element main(Element body) {
        Element main = body.selectFirst("main, [role=main], article");
        if (main == null || body.select("article").size() > 1 && main.normalName().equals("article")) {
            return body;
        }
        long all = textOf(body).length();
        return textOf(main).length() >= MAIN_SHARE * all ? main : body;
    }

    @Override
    public FilterResult head(Node node, int depth) {
        if (node instanceof TextNode run) {
            out.inline(run.getWholeText());
            return FilterResult.CONTINUE;
        }
        if (!(node instanceof Element element)) {
            return FilterResult.CONTINUE;
        }
        String name = element.normalName();
        if (SKIPPED.contains(name) && !isContentHeader(element) || isHidden(element)) {
            return FilterResult.SKIP_ENTIRELY;
        }
        switch (name) {
            case "h1", "h2", "h3", "h4", "h5", "h6" -> out.begin("#".repeat(name.charAt(1) - '0') + " ");
            case "pre" -> {
                out.verbatim(element.wholeText());
                return FilterResult.SKIP_ENTIRELY;
            }
            case "ul", "ol" -> {
                out.endBlock();
                lists.push(new int[] {0, name.equals("ol") ? 1 : 0});
            }
            case "li" -> item();
            case "tr" -> out.beginTight("", isFirst(element));
            case "td", "th" -> out.inline(isFirst(element) ? "" : " | ");
            case "br" -> out.lineBreak();
            default -> {
                if (BLOCKS.contains(name)) {
                    out.endBlock();
                }
            }
        }
        return FilterResult.CONTINUE;
    }

    /** Its index among its siblings would cost as much as there are of them. */
    private static boolean isFirst(Element element) {
        return element.parent() == null || element.parent().firstElementChild() == element;
    }

    private void item() {
        int[] list = lists.isEmpty() ? new int[2] : lists.peek();
        list[0]++;
        String indent = "  ".repeat(Math.clamp(lists.size() - 1, 0, 8));
        String mark = indent + (list[1] == 1 ? list[0] + ". " : "- ");
        out.beginTight(mark, list[0] == 1 && lists.size() < 2);
    }

    /** A header within an article belongs to its text; one of the page does not. */
    private static boolean isContentHeader(Element element) {
        return element.normalName().equals("header")
                && (element.closest("article") != null || element.closest("main") != null);
    }

    private static boolean isHidden(Element element) {
        String style = element.attr("style").replace(" ", "").toLowerCase(Locale.ROOT);
        return element.hasAttr("hidden") || element.attr("aria-hidden").equals("true")
                || style.contains("display:none") || style.contains("visibility:hidden");
    }

    @Override
    public FilterResult tail(Node node, int depth) {
        if (node instanceof Element element) {
            String name = element.normalName();
            boolean list = name.equals("ul") || name.equals("ol");
            if (list && !lists.isEmpty()) {
                lists.pop();
            }
            boolean heading = name.length() == 2 && name.charAt(0) == 'h' && Character.isDigit(name.charAt(1));
            if (heading || BLOCKS.contains(name) || name.equals("li") || name.equals("tr")) {
                out.endBlock();
            }
        }
        return FilterResult.CONTINUE;
    }
}
