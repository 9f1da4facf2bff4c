package quern.curation.library;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import quern.curation.OperatorPage;

/** The documentation of the operators, from {@code operators.md} beside this class. */
final class OperatorPages {

    private static final String FILE = "operators.md";
    private static final String DIFFERS = "Differs: ";

    /** Read once, when first asked. */
    private static final class Holder {
        static final Map<String, OperatorPage> PAGES = Map.copyOf(parse());
    }

    private OperatorPages() {}

    /** Operator to page. */
    static Map<String, OperatorPage> all() {
        return Holder.PAGES;
    }

    private static Map<String, OperatorPage> parse() {
        Map<String, OperatorPage> pages = new LinkedHashMap<>();
        for (String section : text().split("(?m)^## ")) {
            int end = section.indexOf('\n');
            String name = section.substring(0, end).strip();
            if (!name.startsWith("#")) {
                pages.put(name, page(section.substring(end + 1)));
            }
        }
        return pages;
    }

    private static OperatorPage page(String section) {
        StringBuilder meaning = new StringBuilder();
        String differs = "";
        StringBuilder example = new StringBuilder();
        for (String paragraph : section.strip().split("\n\n")) {
            if (paragraph.startsWith("    ")) {
                example.append(paragraph.indent(-4));
            } else if (paragraph.startsWith(DIFFERS)) {
                differs = joined(paragraph.substring(DIFFERS.length()));
            } else {
                meaning.append(meaning.isEmpty() ? "" : "\n").append(joined(paragraph));
            }
        }
        return new OperatorPage(meaning.toString(), differs, example.toString().stripTrailing());
    }

    private static String joined(String paragraph) {
        return paragraph.replace('\n', ' ').strip();
    }

    private static String text() {
        try (InputStream in = OperatorPages.class.getResourceAsStream(FILE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(FILE, e);
        }
    }
}
