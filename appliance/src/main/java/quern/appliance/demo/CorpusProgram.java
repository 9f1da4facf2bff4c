package quern.appliance.demo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;

/**
 * Writes the demonstration corpus: what a small company's shared folder looks like. Manuals, pages, mails, tables and
 * tickets about one product, with copies that differ by a few words, boilerplate, e-mail addresses, pages in other
 * languages, empty, truncated and wrongly named files. The same program writes the same bytes.
 */
final class CorpusProgram {

    private static final List<String> PEOPLE = List.of(
            "Lena Marsh", "Jonas Reed", "Petra Quill", "Amos Tarn", "Ruth Calder", "Nils Brook", "Edda Finch",
            "Owen Slate", "Mira Stone", "Hugo Vance");

    private static final List<String> OPENERS = List.of(
            "Please keep this page with the station.", "This page replaces the sheet of last year.",
            "Printed copies hang in the workshop.", "Ask at the desk when a line is unclear.",
            "The text was checked by two people.", "Corrections are welcome at any time.");

    private final Path directory;
    private final SplittableRandom random = new SplittableRandom(2026);
    private final Map<String, byte[]> files = new LinkedHashMap<>();

    private CorpusProgram(Path directory) {
        this.directory = directory;
    }

    /** Writes all files below {@code directory}, and their names into {@code index.txt} there. */
    static List<String> write(Path directory) throws IOException {
        CorpusProgram program = new CorpusProgram(directory);
        program.compose();
        return program.store();
    }

    private void compose() throws IOException {
        List<Topic> topics = Topic.all();
        for (int i = 0; i < topics.size(); i++) {
            Topic topic = topics.get(i);
            String slug = topic.name().toLowerCase(Locale.ROOT).replace(' ', '-');
            text("manual/" + slug + ".md", manual(topic, ""));
            text("manual/old/" + slug + "-v1.md", manual(topic, " This is the first edition."));
            text("manual/old/" + slug + "-v2.md", manual(topic, " This is the second edition.").replace(". ", ".  "));
            text("site/" + slug + ".html", page(topic, "en"));
            text("site/print/" + slug + ".html", page(topic, "en").replace("<main>", "<main class=\"print\">"));
            text("notes/" + slug + ".txt", note(topic));
            text("mail/" + (100 + 2 * i) + ".eml", mail(topic, 100 + 2 * i));
            text("mail/" + (101 + 2 * i) + ".eml", forward(mail(topic, 100 + 2 * i), 101 + 2 * i));
        }
        for (int i = 0; i < 24; i++) {
            text("site/de/seite-" + i + ".html", ForeignPages.german(topics.get(i).name(), i));
            text("site/fr/page-" + i + ".html", ForeignPages.french(topics.get(i).name(), i));
        }
        for (int i = 0; i < 12; i++) {
            text("site/tags/tag-" + i + ".html", tagPage(topics, i));
            text("tables/parts-" + i + ".csv", table(topics.get(2 * i), topics.get(2 * i + 1)));
            text("tickets/week-" + i + ".jsonl", tickets(topics.get(2 * i), topics.get(2 * i + 1)));
        }
        text("notes/keys.txt", "The spare key\n\nThe spare key of the Oxmere workshop hangs behind the blue "
                + "barometer in the hall. Idris checks on Fridays that it is there, and nobody else moves it.\n");
        Topic first = topics.getFirst();
        files.put("handbook/cover.pdf", PlainPdf.ofLines(List.of(first.name(), "", first.definition(), first.prose())));
        files.put("handbook/reset.pdf", PlainPdf.ofLines(List.of(
                "Reset in three steps", "", topics.getLast().definition(), topics.getLast().prose())));
        files.put("scans/delivery-note.pdf", PlainPdf.ofDrawing());
        broken();
    }

    private void broken() throws IOException {
        for (int i = 0; i < 8; i++) {
            files.put("scans/empty-" + i + ".txt", new byte[0]);
            files.put("scans/noise-" + i + ".pdf", noise(700 + 13 * i));
            byte[] whole = gzip(tickets(Topic.all().get(i), Topic.all().get(i + 1)));
            files.put("backup/tickets-" + i + ".jsonl.gz", Arrays.copyOf(whole, whole.length / 2));
        }
        files.put("scans/badge.txt", new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13, 'I', 'H'});
        text("notes/page-saved-as.txt", page(Topic.all().get(3), "en"));
        text("tickets/half.jsonl", "{\"ticket\": 1, \"text\": \"The vane sticks\"}\n{\"ticket\": 2, \"te");
    }

    private String manual(Topic topic, String edition) {
        StringBuilder out = new StringBuilder("# " + topic.name() + "\n\n");
        out.append(topic.definition()).append(edition).append("\n\n").append(topic.prose()).append("\n\n## Facts\n\n");
        for (Topic.Attribute attribute : topic.attributes()) {
            out.append("- **").append(attribute.term()).append("**: ").append(attribute.value()).append('\n');
        }
        return out.append("\n## Care\n\n").append(OPENERS.get(topic.name().length() % OPENERS.size()))
                .append(" Questions go to the repair desk.\n").toString();
    }

    private String page(Topic topic, String language) {
        StringBuilder out = new StringBuilder("<!doctype html>\n<html lang=\"" + language + "\"><head><title>"
                + topic.name() + " - Brindle Works</title>\n<script>var visits = 0;</script></head>\n<body>\n"
                + "<nav><a href=\"/\">Home</a> <a href=\"/shop\">Shop</a> <a href=\"/help\">Help</a></nav>\n<main>\n"
                + "<h1>" + topic.name() + "</h1>\n<p>" + topic.definition() + " " + topic.prose() + "</p>\n<ul>\n");
        for (Topic.Attribute attribute : topic.attributes()) {
            out.append("<li>").append(attribute.term()).append(": ").append(attribute.value()).append("</li>\n");
        }
        return out.append("</ul>\n</main>\n<footer>We use cookies. &copy; Brindle Works, write to help@brindle.example")
                .append("</footer>\n</body></html>\n").toString();
    }

    private String note(Topic topic) {
        Topic.Attribute attribute = topic.attributes().get(random.nextInt(topic.attributes().size()));
        String person = PEOPLE.get(random.nextInt(PEOPLE.size()));
        return "Note by " + person + "\n\nA visitor asked about " + topic.phrase()
                + " today and I read the card aloud. The "
                + attribute.term().toLowerCase(Locale.ROOT) + " of " + topic.phrase() + " is "
                + attribute.value() + ". " + topic.prose() + "\n\n"
                + OPENERS.get(random.nextInt(OPENERS.size())) + "\n";
    }

    private String mail(Topic topic, int number) {
        String from = PEOPLE.get(random.nextInt(PEOPLE.size()));
        Topic.Attribute attribute = topic.attributes().get(random.nextInt(topic.attributes().size()));
        String address = from.toLowerCase(Locale.ROOT).replace(' ', '.') + "@post.example";
        return "From: " + from + " <" + address + ">\nTo: desk@brindle.example\nSubject: Question " + number
                + " about " + topic.phrase()
                + "\nDate: Mon, " + (1 + number % 27) + " Jun 2026 09:" + (10 + number % 49) + ":00 +0000\n"
                + "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nDear desk,\n\n"
                + "I could not find the " + attribute.term().toLowerCase(Locale.ROOT) + " of " + topic.phrase()
                + " on my sheet, and my neighbor and I do not agree about it. You can reach me at " + address
                + " in the evening. By the way, the station has worked well all spring.\n\nYours\n" + from + "\n";
    }

    private static String forward(String mail, int number) {
        return mail.replaceFirst("Subject: ", "Subject: Fwd: ")
                .replaceFirst("\nDear desk", "\nForwarded by the desk, " + number + "\n\nDear desk");
    }

    private static String tagPage(List<Topic> topics, int from) {
        StringBuilder out = new StringBuilder("<html><body><h1>Tags</h1><p>");
        for (int i = 0; i < 40; i++) {
            out.append("buy ").append(topics.get((from + i % 3) % topics.size()).name()).append(" cheap | ");
        }
        return out.append("</p></body></html>\n").toString();
    }

    private static String table(Topic first, Topic second) {
        StringBuilder out = new StringBuilder("item,property,value\n");
        for (Topic topic : List.of(first, second)) {
            topic.attributes().forEach(a -> out.append(topic.name()).append(',').append(a.term()).append(',')
                    .append(a.value()).append('\n'));
        }
        return out.toString();
    }

    private static String tickets(Topic first, Topic second) {
        StringBuilder out = new StringBuilder();
        for (Topic topic : List.of(first, second)) {
            out.append("{\"ticket\": ").append(topic.name().hashCode() & 0xffff)
                    .append(", \"text\": \"An owner wrote about ").append(topic.phrase())
                    .append(" and wanted to know more. ").append(topic.prose())
                    .append(" The ticket was closed on the same day with a friendly letter.\"}\n");
        }
        return out.toString();
    }

    private byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            noise[i] = (byte) random.nextInt(256);
        }
        return noise;
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private void text(String name, String text) {
        files.put(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> store() throws IOException {
        List<String> names = new ArrayList<>(files.keySet());
        for (String name : names) {
            Path file = directory.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, files.get(name));
        }
        Files.writeString(directory.resolve("index.txt"), String.join("\n", names) + "\n");
        return names;
    }
}
