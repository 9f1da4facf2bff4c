package quern.curation.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;

/**
 * Kept and dropped samples by a short name, such as a language. Only the {@value #NAMES_MAX} names first in
 * alphabetical order have counts of their own, so that the counts depend on nothing but the samples; the rest is
 * counted together.
 */
final class Tally {

    static final int NAMES_MAX = 300;
    static final int NAME_CHARS_MAX = 24;

    /** Samples kept, samples dropped. */
    record Row(long kept, long dropped) {

        Row plus(Row more) {
            return new Row(kept + more.kept, dropped + more.dropped);
        }
    }

    private final TreeMap<String, Row> rows = new TreeMap<>();
    private Row others = new Row(0, 0);

    void add(String name, Row more) {
        String key = Example.excerpt(name.length() > NAME_CHARS_MAX ? name.substring(0, NAME_CHARS_MAX) : name);
        rows.merge(key, more, Row::plus);
        if (rows.size() > NAMES_MAX) {
            others = others.plus(rows.pollLastEntry().getValue());
        }
    }

    Map<String, Row> rows() {
        return rows;
    }

    /** Those without a count of their own. */
    Row others() {
        return others;
    }

    void write(ObjectNode target) {
        ObjectNode names = target.putObject("names");
        rows.forEach((name, row) -> names.putArray(name).add(row.kept()).add(row.dropped()));
        target.putArray("others").add(others.kept()).add(others.dropped());
    }

    static Tally read(JsonNode node) {
        Tally tally = new Tally();
        node.path("names").properties().forEach(entry -> tally.rows.put(entry.getKey(), row(entry.getValue())));
        tally.others = row(node.path("others"));
        return tally;
    }

    private static Row row(JsonNode pair) {
        return new Row(pair.path(0).asLong(), pair.path(1).asLong());
    }
}
