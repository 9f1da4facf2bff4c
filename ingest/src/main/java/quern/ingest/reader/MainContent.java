package quern.ingest.reader;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeVisitor;

/**
 * Finds the part of a page that is read for its text. What is by its role, its class or its make a menu, a banner or a
 * footer is taken out, then the element is chosen that holds most of the running text: the method of scoring paragraphs
 * for their parents that Readability (Arc90, 2009) made known. Every element is looked at once or twice.
 */
final class MainContent implements NodeVisitor {

    private static final Set<String> ROLES = Set.of("navigation", "banner", "contentinfo", "complementary", "search",
            "dialog", "alertdialog", "menu", "menubar", "toolbar");
    /** Words of a class or id, each from a boundary to a boundary. */
    private static final Pattern ASIDE = Pattern.compile("(?<![a-z])(?:cookies?|cookiebanner|consent|gdpr|onetrust"
            + "|cookiebot|newsletter|subscribe|social|share|sharing|sidebar|breadcrumbs?|menu|navbar|navigation|nav"
            + "|footer|masthead|promo|sponsor|sponsored|advert|advertisement|ads|popup|modal|related|recommended"
            + "|disqus|pagination|pager|skip-?link)(?![a-z])", Pattern.CASE_INSENSITIVE);
    private static final Pattern AGREE = Pattern.compile("(?i)\\b(?:accept|agree|allow|got it|akzeptieren|zustimmen"
            + "|accepter|aceptar|accetta)\\b");
    private static final Set<String> KEPT = Set.of("html", "body", "main", "article");
    private static final Set<String> RUNNING = Set.of("p", "pre", "blockquote", "li", "td", "dd", "figcaption",
            "h1", "h2", "h3", "h4", "h5", "h6");
    private static final Set<String> LISTS = Set.of("ul", "ol", "div", "section", "table", "dl");
    private static final int BANNER_CHARS_MAX = 800;
    private static final int BANNER_ELEMENTS_MAX = 60;
    private static final int MENU_LINKS_MIN = 4;
    private static final double MENU_LINK_SHARE = 0.7;
    private static final double ASIDE_SHARE_MAX = 0.4;
    private static final double MAIN_SHARE = 0.75;

    /** Characters of an element's text: all, in links, and outside of links in elements made for running text. */
    private static final class Counts {
        private long text;
        private long linked;
        private long running;
        private int links;
        private int elements = 1;
    }

    private final Map<Element, Counts> counts = new IdentityHashMap<>();
    private final Deque<Element> open = new ArrayDeque<>();
    private int inLinks;
    private int inRunning;

    private MainContent() {}

    /** The element to read; the body loses what is beside the text. */
    static Element of(Element body) {
        removeAsides(body, count(body));
        Map<Element, Counts> left = count(body).counts;
        double enough = MAIN_SHARE * left.get(body).running;
        Element main = body;
        while (true) {
            Element best = null;
            for (Element child : main.children()) {
                boolean enclosing = !RUNNING.contains(child.normalName()) && left.get(child).running >= enough;
                best = enclosing && enough > 0 ? child : best;
            }
            if (best == null || isTable(best)) {
                return headed(main, body);
            }
            main = best;
        }
    }

    private static boolean isTable(Element element) {
        return Set.of("table", "tbody", "tr", "ul", "ol", "dl").contains(element.normalName());
    }

    /** A page's only heading of the first rank belongs to its text, also where it stands before it. */
    private static Element headed(Element main, Element body) {
        Element heading = body.selectFirst("h1");
        if (heading != null && main != body && main.selectFirst("h1") == null && !heading.hasClass("logo")) {
            main.prependChild(heading.clone());
        }
        return main;
    }

    private static MainContent count(Element body) {
        var counted = new MainContent();
        body.traverse(counted);
        return counted;
    }

    private static void removeAsides(Element body, MainContent counted) {
        long all = counted.counts.get(body).text;
        List<Element> asides = counted.counts.entrySet().stream()
                .filter(entry -> entry.getValue().text <= ASIDE_SHARE_MAX * all)
                .filter(entry -> isAside(entry.getKey(), entry.getValue()))
                .map(Map.Entry::getKey).toList();
        asides.forEach(Node::remove);
    }

    private static boolean isAside(Element element, Counts counts) {
        if (KEPT.contains(element.normalName())) {
            return false;
        } else if (ROLES.contains(element.attr("role")) || element.attr("aria-modal").equals("true")) {
            return true;
        }
        String name = element.normalName();
        boolean block = LISTS.contains(name) || Set.of("aside", "header", "footer", "form", "p").contains(name);
        if (block && ASIDE.matcher(element.className() + " " + element.id()).find()) {
            return true;
        }
        boolean menu = LISTS.contains(name) && counts.links >= MENU_LINKS_MIN && counts.running == 0
                && counts.linked >= MENU_LINK_SHARE * counts.text;
        return menu || block && counts.text > 0 && counts.text <= BANNER_CHARS_MAX
                && counts.elements <= BANNER_ELEMENTS_MAX && asksForCookies(element);
    }

    private static boolean asksForCookies(Element element) {
        String text = element.text();
        return text.toLowerCase(java.util.Locale.ROOT).contains("cookie") && AGREE.matcher(text).find()
                && element.selectFirst("button, [role=button], input[type=button], input[type=submit]") != null;
    }

    @Override
    public void head(Node node, int depth) {
        if (node instanceof Element element) {
            counts.put(element, new Counts());
            open.push(element);
            inLinks += element.normalName().equals("a") ? 1 : 0;
            inRunning += RUNNING.contains(element.normalName()) ? 1 : 0;
            if (element.normalName().equals("a")) {
                counts.get(element).links++;
            }
        } else if (node instanceof TextNode run && !open.isEmpty()) {
            int length = run.text().strip().length();
            Counts at = counts.get(open.peek());
            at.text += length;
            at.linked += inLinks > 0 ? length : 0;
            at.running += inLinks == 0 && inRunning > 0 ? length : 0;
        }
    }

    @Override
    public void tail(Node node, int depth) {
        if (!(node instanceof Element element)) {
            return;
        }
        open.pop();
        inLinks -= element.normalName().equals("a") ? 1 : 0;
        inRunning -= RUNNING.contains(element.normalName()) ? 1 : 0;
        if (!open.isEmpty()) {
            Counts own = counts.get(element);
            Counts parent = counts.get(open.peek());
            parent.text += own.text;
            parent.linked += own.linked;
            parent.running += own.running;
            parent.links += own.links;
            parent.elements += own.elements;
        }
    }
}
