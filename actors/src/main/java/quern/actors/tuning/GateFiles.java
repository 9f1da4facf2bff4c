package quern.actors.tuning;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import quern.actors.House;
import quern.config.GrammarConfig;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.inference.grammar.GrammarLimits;
import quern.kv.journal.DatasetRecord;
import quern.kv.journal.FileRecord;
import quern.kv.journal.RecordKind;
import quern.kv.journal.TombstoneRecord;
import quern.tuning.EvaluationGate.HeldOut;
import quern.tuning.ExampleEncoder;
import quern.tuning.TrainingSample;
import quern.tuning.TuningSet;
import quern.tuning.gate.Check;
import quern.tuning.gate.CheckFile;

/** Uploaded files that evaluations measure on. Blocks. */
public final class GateFiles {

    private static final long GENERAL_BYTES_MAX = 1 << 20;

    private final House house;

    public GateFiles(House house) {
        this.house = house;
    }

    /**
     * Of a file of checks, or of a dataset as {@link SampleChecks} has it.
     *
     * @throws QuernException ERROR if there is no such file, or a line of it is no check, naming it
     */
    public List<Check> checks(String fileId) {
        Optional<DatasetRecord> dataset = TombstoneRecord.dataset(house.stores().catalogue(), fileId);
        if (dataset.isPresent()) {
            return SampleChecks.of(house.stores().directory().resolve(dataset.get().path()), fileId,
                    house.config().tuning().gateChecksMax());
        }
        GrammarConfig grammar = house.config().grammar();
        CheckFile format = new CheckFile(new GrammarLimits(grammar.statesMax(), (int) grammar.schemaMax().bytes()),
                house.config().tuning().gateChecksMax());
        try (BufferedReader reader = Files.newBufferedReader(path(fileId), StandardCharsets.UTF_8)) {
            return format.read(reader, "the checks");
        } catch (IOException e) {
            throw unreadable("checks", fileId, e);
        }
    }

    /** Passages of a plain text, an empty line between two. @throws QuernException ERROR if there are none */
    public List<String> passages(String fileId) {
        try {
            Path path = path(fileId);
            if (Files.size(path) > GENERAL_BYTES_MAX) {
                throw new QuernException(Category.ERROR, "the general text has " + Files.size(path)
                        + " bytes, at most " + GENERAL_BYTES_MAX);
            }
            List<String> passages = Arrays.stream(Files.readString(path).split("(?:\\h*\\R){2,}"))
                    .filter(passage -> !passage.isBlank()).map(String::strip).toList();
            if (passages.isEmpty()) {
                throw new QuernException(Category.ERROR, "the general text '" + fileId + "' is empty");
            }
            return passages;
        } catch (IOException e) {
            throw unreadable("general text", fileId, e);
        }
    }

    /** @throws QuernException ERROR naming what cannot be measured on */
    public void verify(GateSpec spec) {
        spec.checksId().ifPresent(this::checks);
        spec.generalId().ifPresent(this::passages);
    }

    /** The samples, with what the job's gate measures besides. */
    TuningSet with(TuningSet set, GateSpec spec, ExampleEncoder encoder) {
        return set.with(spec.checksId().map(this::checks).orElse(List.of()),
                spec.generalId().map(this::passages).orElse(List.of()), encoder)
                .probed(house.config().tuning().gateLeakSamples(), spec.leaks().canaries(), encoder);
    }

    /** Samples of which nothing is learnt here, with what the gate measures besides; no leaks are looked for. */
    HeldOut heldOut(List<TrainingSample> samples, GateSpec spec, ExampleEncoder encoder, long seed) {
        return TuningSet.of(samples, samples, encoder, seed).with(spec.checksId().map(this::checks).orElse(List.of()),
                spec.generalId().map(this::passages).orElse(List.of()), encoder).heldOut();
    }

    private Path path(String fileId) {
        FileRecord file = house.stores().catalogue().get(RecordKind.FILE, fileId, FileRecord.class)
                .orElseThrow(() -> new QuernException(Category.ERROR, "no file '" + fileId + "'"));
        return house.stores().directory().files().resolve(file.id());
    }

    private static QuernException unreadable(String what, String fileId, IOException cause) {
        return new QuernException(Category.ERROR, "the " + what + " '" + fileId + "' cannot be read: "
                + (cause instanceof CharacterCodingException ? "it is no UTF-8" : cause.getMessage()), cause);
    }
}
