package quern.curation.analysis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import quern.curation.Draft;
import quern.curation.RunException;

/** All stats of all samples, a column each, read from the stats file of a run. */
final class StatTable implements AutoCloseable {

    private static final int COLUMNS_MAX = 1000;
    private static final JsonMapper MAPPER = new JsonMapper();

    private final Path directory;
    private final Map<String, NumberColumn> numbers = new LinkedHashMap<>();
    private final Map<String, NameColumn> names = new LinkedHashMap<>();
    /** All of them, in the order in which they first appeared. */
    private final Map<String, Boolean> order = new LinkedHashMap<>();

    private StatTable(Path directory) {
        this.directory = directory;
    }

    /** @param directory where columns wait; must exist */
    static StatTable read(Path stats, Path directory) {
        StatTable table = new StatTable(directory);
        if (!Files.exists(stats)) {
            return table;
        }
        try (BufferedReader lines = Files.newBufferedReader(stats)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                MAPPER.readTree(line).path(Draft.STATS).properties()
                        .forEach(stat -> table.add(stat.getKey(), stat.getValue()));
            }
        } catch (IOException e) {
            table.close();
            throw new UncheckedIOException(stats.toString(), e);
        }
        return table;
    }

    /** The items of a list count one by one. */
    private void add(String stat, JsonNode value) {
        if (value.isArray()) {
            value.forEach(item -> add(stat, item));
        } else if (value.isNumber() && Double.isFinite(value.doubleValue())) {
            if (!numbers.containsKey(stat)) {
                requireRoom(stat);
                numbers.put(stat, new NumberColumn(directory.resolve("column-" + numbers.size() + ".f64")));
            }
            numbers.get(stat).add(value.doubleValue());
        } else if (value.isTextual() || value.isBoolean()) {
            if (!names.containsKey(stat)) {
                requireRoom(stat);
                names.put(stat, new NameColumn());
            }
            String name = value.asText();
            names.get(stat).add(value.isBoolean() ? name.equals("true") ? "True" : "False" : name);
        }
    }

    private void requireRoom(String stat) {
        if (order.putIfAbsent(stat, true) == null && order.size() > COLUMNS_MAX) {
            throw new RunException("samples have more than " + COLUMNS_MAX + " stats");
        }
    }

    /** Keys in the order in which they first appeared. */
    Iterable<String> keys() {
        return order.keySet();
    }

    Optional<NumberColumn> numbers(String stat) {
        return Optional.ofNullable(numbers.get(stat));
    }

    Optional<NameColumn> names(String stat) {
        return Optional.ofNullable(names.get(stat));
    }

    @Override
    public void close() {
        numbers.values().forEach(NumberColumn::close);
    }
}
