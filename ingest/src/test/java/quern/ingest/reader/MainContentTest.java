package quern.ingest.reader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static quern.ingest.reader.Documents.read;
import static quern.ingest.reader.Documents.texts;
import static quern.ingest.reader.Documents.utf8;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MainContentTest {

    private static final String LONG =
            "A sentence of running text, of some length, that a reader came for. ".repeat(4).strip();

    @Test
    void shouldDropWhatIsBesideTheTextAndKeepItsStructure() {
        String page = """
                <html><body class="has-sidebar menu-open">
                <div id="onetrust-banner">We value your privacy</div>
                <div><p>This site uses cookies to work.</p><button>Accept all</button></div>
                <div class="top"><ul><li><a href=1>Home</a></li><li><a href=2>News</a></li><li><a href=3>Shop</a></li>
                <li><a href=4>About</a></li></ul></div>
                <div class="outer"><div class="content-wrap"><h1>Title</h1><p>%s</p><h2>List</h2>
                <ul><li>first</li><li><a href=5>linked</a></li></ul><table><tr><td>a</td><td>b</td></tr></table>
                <pre>x = 1\n  y</pre>
                <div class="newsletter-box"><p>Write to us</p></div><div role="complementary"><p>Beside it</p></div>
                <div><p>We set cookies here.</p><button>I agree</button></div><p>%s</p></div>
                <div class="sidebar"><p>Popular: something else</p></div></div>
                <div class="related-posts"><a href=6>More</a></div>
                <div class="page-footer"><p>Imprint and so on</p></div>
                </body></html>
                """.formatted(LONG, LONG);
        assertEquals(List.of("# Title\n\n" + LONG + "\n\n## List\n\n- first\n- linked\n\na | b\n\nx = 1\n  y\n\n"
                + LONG),
                texts(read("a.html", utf8(page))));
    }

    @Test
    void shouldKeepAHeadingThatStandsBeforeTheText() {
        String page =
                "<html><body><div><h1>Title</h1></div><div><div class=body><p>%s</p><p>%s</p></div></div>"
                        + "</body></html>";
        assertEquals(List.of("# Title\n\n" + LONG + "\n\n" + LONG),
                texts(read("a.html", utf8(page.formatted(LONG, LONG)))));
    }

    @Test
    void shouldKeepEverythingOfAPageThatIsAllText() {
        assertEquals(List.of("One\n\ntwo\n\n- three"),
                texts(read("a.html", utf8("<html><body>One<div>two</div><ul><li>three</ul></body></html>"))));
        String links = "<html><body>" + "<p>Word <a href=x>link</a> word.</p>".repeat(3) + "</body></html>";
        assertEquals(List.of("Word link word.\n\nWord link word.\n\nWord link word."), texts(read("a.html",
                utf8(links))));
        String menuOnly = "<html><body><nav class=menu><p>" + LONG
                + "</p></nav><div class=footer>x</div></body></html>";
        assertEquals(1, read("a.html", utf8(menuOnly)).refusals().size());
        String byClass = "<html><body><div class=footer><p>" + LONG + "</p></div></body></html>";
        assertEquals(List.of(LONG), texts(read("a.html", utf8(byClass))));
    }

    @Test
    void shouldTakeTimeInProportionWhenAPageIsHostile() {
        for (String unit : List.of("<div>", "<div class=menu>", "<div><button>cookie accept", "<ul><li><a>x",
                "<p><table><tr><td>y",
                "<div class='" + "cookie-".repeat(20) + "'>z</div>", "<section><h1>h</h1><p>t,</p>")) {
            String page = "<html><body><p>" + LONG.repeat(10) + "</p>" + unit.repeat(200_000 / unit.length())
                    + "cookie accept";
            assertTimeout(Duration.ofSeconds(20), () -> read("a.html", utf8(page)), unit);
        }
    }
}
