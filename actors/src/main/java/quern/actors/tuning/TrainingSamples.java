package quern.actors.tuning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import quern.actors.Stores;
import quern.config.QuernException;
import quern.curation.DatasetSource;
import quern.curation.SampleSource;
import quern.kv.journal.FileRecord;
import quern.kv.journal.Ownership;
import quern.kv.journal.RecordKind;
import quern.kv.journal.RecordRef;
import quern.kv.journal.TombstoneRecord;
import quern.tuning.SampleForm;
import quern.tuning.TrainingSample;

/**
 * The samples of datasets or of uploaded JSONL files.
 *
 * @param numbers of each sample: its line in the file, or its place from 1 on
 * @param unit what the numbers count: {@code line} or {@code sample}
 * @param forms how many have which form
 * @param sources what they were read from, for lineage
 * @param ownership of the sources
 */
record TrainingSamples(
        List<TrainingSample> samples, List<Integer> numbers, String unit, Map<SampleForm, Integer> forms,
        List<RecordRef> sources, Ownership ownership) {

    /** Most samples of which it is said what is wrong. */
    private static final int REFUSALS_TOLD_MAX = 10;
    private static final String LINE = "line";

    /**
     * @param samplesMax most samples
     * @param pairs whether all are to be pairs of answers; otherwise none may be
     * @throws QuernException ERROR if there is no such dataset or file, they have no or too many samples, or some teach
     *     nothing or what was not asked for, naming them
     */
    static TrainingSamples read(Stores stores, List<String> ids, int samplesMax, boolean pairs) {
        TrainingSamples all = read(stores, ids.getFirst(), samplesMax, pairs);
        for (String id : ids.subList(1, ids.size())) {
            all = all.and(read(stores, id, samplesMax - all.samples.size(), pairs));
        }
        if (all.samples.isEmpty()) {
            throw refused("'" + String.join("', '", ids) + "' has no samples, expected at least one");
        }
        return all;
    }

    private TrainingSamples and(TrainingSamples more) {
        Map<SampleForm, Integer> counts = new EnumMap<>(SampleForm.class);
        Stream.of(forms, more.forms).forEach(
                part -> part.forEach((form, count) -> counts.merge(form, count, Integer::sum)));
        return new TrainingSamples(
                Stream.concat(samples.stream(), more.samples.stream()).toList(),
                IntStream.rangeClosed(1, samples.size() + more.samples.size()).boxed().toList(), "sample",
                Map.copyOf(counts), Stream.concat(sources.stream(), more.sources.stream()).toList(),
                ownership.union(more.ownership));
    }

    private static TrainingSamples read(Stores stores, String id, int samplesMax, boolean pairs) {
        var dataset = TombstoneRecord.dataset(stores.catalogue(), id);
        if (dataset.isPresent()) {
            Reading reading = new Reading("dataset '" + id + "'", "sample", samplesMax);
            reading.dataset(stores.directory().resolve(dataset.get().path()));
            return reading.done(
                    new RecordRef(RecordKind.DATASET, dataset.get().id()), dataset.get().ownership(), pairs);
        }
        FileRecord file = stores.catalogue().get(RecordKind.FILE, id, FileRecord.class).orElseThrow(
                () -> refused("no dataset or file '" + id + "'"));
        Reading reading = new Reading("training file '" + id + "'", LINE, samplesMax);
        reading.file(stores.directory().files().resolve(id));
        return reading.done(new RecordRef(RecordKind.FILE, id), file.ownership(), pairs);
    }

    /** Where a sample is, for people. */
    String place(int index) {
        return unit + " " + numbers.get(index);
    }

    private static QuernException refused(String why) {
        return new QuernException(QuernException.Category.ERROR, why);
    }

    private static final class Reading {

        private static final ObjectMapper JSON =
                JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

        private final String name;
        private final String unit;
        private final int samplesMax;
        private final List<TrainingSample> samples = new ArrayList<>();
        private final List<Integer> numbers = new ArrayList<>();
        private final Map<SampleForm, Integer> forms = new EnumMap<>(SampleForm.class);
        private final Map<SampleForm, Integer> firstOf = new EnumMap<>(SampleForm.class);
        private final List<String> refusals = new ArrayList<>();
        private int refused;

        Reading(String name, String unit, int samplesMax) {
            this.name = name;
            this.unit = unit;
            this.samplesMax = samplesMax;
        }

        void dataset(Path directory) {
            int number = 0;
            try (DatasetSource source = new DatasetSource(directory)) {
                for (SampleSource.Item item = source.next(); item != null; item = source.next()) {
                    number++;
                    if (item instanceof SampleSource.Read read) {
                        add(number, read.sample().fields());
                    }
                }
            }
        }

        void file(Path file) {
            int number = 0;
            try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    number++;
                    if (!line.isBlank()) {
                        addLine(number, line);
                    }
                }
            } catch (IOException e) {
                throw new QuernException(QuernException.Category.ERROR,
                        name + ": line " + (number + 1) + " cannot be read: " + e.getMessage(), e);
            }
        }

        private void addLine(int number, String line) {
            try {
                add(number, JSON.readTree(line));
            } catch (JsonProcessingException e) {
                refuse(number, "is not JSON: " + e.getOriginalMessage());
            }
        }

        private void add(int number, JsonNode fields) {
            if (samples.size() + refused >= samplesMax) {
                throw TrainingSamples.refused(
                        name + " has too many samples: " + samplesMax + " are left of tuning.samples-max");
            }
            try {
                SampleForm form = SampleForm.of(fields);
                samples.add(form.read(fields));
                numbers.add(number);
                forms.merge(form, 1, Integer::sum);
                firstOf.putIfAbsent(form, number);
            } catch (QuernException e) {
                refuse(number, e.getMessage());
            }
        }

        private void refuse(int number, String why) {
            refused++;
            if (refusals.size() < REFUSALS_TOLD_MAX) {
                refusals.add(unit + " " + number + ": " + why);
            }
        }

        TrainingSamples done(RecordRef source, Ownership ownership, boolean pairs) {
            if (refused > 0) {
                throw TrainingSamples.refused(name + ": " + String.join("; ", refusals)
                        + (refused > refusals.size() ? "; and " + (refused - refusals.size()) + " more" : ""));
            }
            if (forms.size() > 1 && unit.equals(LINE)) {
                List<String> found = new ArrayList<>();
                firstOf.forEach((form, number) -> found.add(forms.get(form) + " of " + form.label() + " (" + unit + " "
                        + number + ")"));
                throw TrainingSamples.refused(name + " mixes forms: " + String.join(", ", found)
                        + "; expected one form for all");
            }
            refuseOthers(pairs);
            return new TrainingSamples(samples, numbers, unit, Map.copyOf(forms), List.of(source), ownership);
        }

        private void refuseOthers(boolean pairs) {
            firstOf.forEach((form, number) -> {
                if (form.isPair() != pairs) {
                    throw TrainingSamples.refused(name + ": " + unit + " " + number + ": is of " + form.label()
                            + (pairs ? ", expected a pair of answers, of which one is preferred"
                                    : ", a pair of answers, from which method dpo or simpo learns"));
                }
            });
        }
    }
}
