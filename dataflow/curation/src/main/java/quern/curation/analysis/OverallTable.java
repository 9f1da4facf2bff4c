package quern.curation.analysis;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What Data-Juicer's analyser writes as {@code overall.csv}: a column for each stat, rows {@code count, mean, std,
 * min}, the percentiles, {@code max}, and {@code unique, top, freq} of stats that are texts, as pandas describes them.
 */
final class OverallTable {

    /** Those that are always there. */
    private static final List<Double> QUARTILES = List.of(0.25, 0.5, 0.75);

    private final Map<String, Map<String, String>> rows = new LinkedHashMap<>();
    private final List<String> columns = new ArrayList<>();

    /** @param percentiles shares in 0..1, beside the quartiles */
    static OverallTable of(StatTable stats, List<Double> percentiles) {
        SortedSet<Double> shares = new TreeSet<>(QUARTILES);
        shares.addAll(percentiles);
        OverallTable table = new OverallTable();
        for (String stat : stats.keys()) {
            table.columns.add(stat);
            stats.numbers(stat).ifPresent(column -> table.numbers(stat, column, shares));
            if (stats.numbers(stat).isEmpty()) {
                stats.names(stat).ifPresent(column -> table.names(stat, column));
            }
        }
        return table;
    }

    private void numbers(String stat, NumberColumn column, SortedSet<Double> shares) {
        put("count", stat, column.count());
        put("mean", stat, column.mean());
        put("std", stat, column.deviation());
        put("min", stat, column.min());
        for (double share : shares) {
            put(label(share), stat, column.quantile(share));
        }
        put("max", stat, column.max());
    }

    private void names(String stat, NameColumn column) {
        row("count").put(stat, Long.toString(column.count()));
        row("unique").put(stat, Long.toString(column.unique()));
        row("top").put(stat, column.top().getKey());
        row("freq").put(stat, Long.toString(column.top().getValue()));
    }

    private void put(String row, String stat, double value) {
        row(row).put(stat, repr(value));
    }

    private Map<String, String> row(String name) {
        return rows.computeIfAbsent(name, _ -> new LinkedHashMap<>());
    }

    static String label(double share) {
        return BigDecimal.valueOf(share * 100).setScale(6, RoundingMode.HALF_EVEN).stripTrailingZeros()
                .toPlainString() + "%";
    }

    /** As Python writes a float; empty where there is none. */
    static String repr(double value) {
        if (Double.isNaN(value)) {
            return "";
        }
        double size = Math.abs(value);
        if (size != 0 && (size < 1e-4 || size >= 1e16)) {
            String text = Double.toString(value).toLowerCase(Locale.ROOT);
            int at = text.indexOf('e');
            String digits = at < 0 ? text : text.substring(0, at);
            int exponent = at < 0 ? 0 : Integer.parseInt(text.substring(at + 1));
            digits = digits.endsWith(".0") ? digits.substring(0, digits.length() - 2) : digits;
            return digits + "e" + (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "")
                    + Math.abs(exponent);
        }
        String plain = new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
        return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }

    String csv() {
        StringBuilder csv = new StringBuilder();
        columns.forEach(column -> csv.append(',').append(quoted(column)));
        csv.append('\n');
        rows.forEach((name, cells) -> {
            csv.append(name);
            columns.forEach(column -> csv.append(',').append(quoted(cells.getOrDefault(column, ""))));
            csv.append('\n');
        });
        return csv.toString();
    }

    private static String quoted(String cell) {
        boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }
}
