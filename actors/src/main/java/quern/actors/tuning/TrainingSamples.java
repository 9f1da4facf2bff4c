package quern.actors.tuning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
import quern.tuning.TrainingSample;

/**
 * The samples of datasets or of uploaded JSONL files.
 *
 * @param sources what they were read from, for lineage
 * @param ownership of the sources
 */
record TrainingSamples(List<TrainingSample> samples, List<RecordRef> sources, Ownership ownership) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** @throws QuernException ERROR if there is no such dataset or file, or a sample teaches nothing, naming it */
    static TrainingSamples read(Stores stores, List<String> ids) {
        TrainingSamples all = read(stores, ids.getFirst());
        for (String id : ids.subList(1, ids.size())) {
            TrainingSamples more = read(stores, id);
            all = new TrainingSamples(
                    Stream.concat(all.samples.stream(), more.samples.stream()).toList(),
                    Stream.concat(all.sources.stream(), more.sources.stream()).toList(),
                    all.ownership.union(more.ownership));
        }
        return all;
    }

    /** The same of one dataset or file. */
    static TrainingSamples read(Stores stores, String id) {
        var dataset = TombstoneRecord.dataset(stores.catalogue(), id);
        if (dataset.isPresent()) {
            return new TrainingSamples(
                    ofDataset(stores.directory().resolve(dataset.get().path())),
                    List.of(new RecordRef(RecordKind.DATASET, dataset.get().id())), dataset.get().ownership());
        }
        FileRecord file = stores.catalogue().get(RecordKind.FILE, id, FileRecord.class).orElseThrow(
                () -> new QuernException(QuernException.Category.ERROR, "no dataset or file '" + id + "'"));
        return new TrainingSamples(
                ofFile(stores.directory().files().resolve(id)), List.of(new RecordRef(RecordKind.FILE, id)),
                file.ownership());
    }

    private static List<TrainingSample> ofDataset(Path directory) {
        List<TrainingSample> samples = new ArrayList<>();
        try (DatasetSource source = new DatasetSource(directory)) {
            for (SampleSource.Item item = source.next(); item != null; item = source.next()) {
                if (item instanceof SampleSource.Read read) {
                    samples.add(TrainingSample.of(read.sample().fields()));
                }
            }
        }
        return samples;
    }

    private static List<TrainingSample> ofFile(Path file) {
        List<TrainingSample> samples = new ArrayList<>();
        int number = 0;
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (!line.isBlank()) {
                    samples.add(TrainingSample.of(JSON.readTree(line)));
                }
            }
        } catch (JsonProcessingException e) {
            throw refused(number, "is not JSON: " + e.getOriginalMessage(), e);
        } catch (QuernException e) {
            throw refused(number, e.getMessage(), e);
        } catch (IOException e) {
            throw refused(number + 1, "cannot be read: " + e.getMessage(), e);
        }
        return samples;
    }

    private static QuernException refused(int line, String why, Exception cause) {
        return new QuernException(
                QuernException.Category.ERROR, "line " + line + " of the training file: " + why, cause);
    }
}
