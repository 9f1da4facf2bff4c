package quern.appliance.http;

import java.util.Optional;
import java.util.function.Consumer;
import quern.actors.Caller;
import quern.actors.House;
import quern.actors.tuning.GateFiles;
import quern.actors.tuning.GateSpec;
import quern.config.QuernException;
import quern.kv.journal.DatasetRecord;
import quern.kv.journal.FileRecord;
import quern.kv.journal.Ownership;
import quern.kv.journal.RecordKind;
import quern.kv.journal.TombstoneRecord;
import quern.tuning.gate.Check;
import quern.tuning.gate.Expectation;

/** Uploaded files that evaluations measure on, as requests name them: seen by the caller, and well formed. Blocks. */
final class GateMaterial {

    private final JobDesk desk;
    private final House house;
    private final GateFiles files;

    GateMaterial(JobDesk desk, House house) {
        this.desk = desk;
        this.house = house;
        this.files = new GateFiles(house);
    }

    /** @throws ApiError 400 naming the field whose file is not there or cannot be measured on */
    GateSpec verify(GateSpec spec, Caller caller) {
        spec.checksId().ifPresent(id -> checks("gate_checks", id, caller));
        spec.generalId().ifPresent(id -> verify("gate_general", id, caller, files::passages));
        return spec;
    }

    /** As {@link #verify}. @return whose it is */
    Ownership checks(String field, String id, Caller caller) {
        return verify(field, id, caller, file -> files.checks(file).forEach(check -> judged(check, caller)));
    }

    private void judged(Check check, Caller caller) {
        if (check.expectation() instanceof Expectation.Judged(String question, Optional<String> model)) {
            model.filter(name -> house.running().flatMap(one -> one.models().find(name, caller)).isEmpty()
                    && house.names().base(name, caller).isEmpty()).ifPresent(name -> {
                throw new QuernException(QuernException.Category.ERROR,
                        "check '" + check.name() + "': there is no model '" + name + "' to judge");
            });
        }
    }

    private Ownership verify(String field, String id, Caller caller, Consumer<String> reading) {
        Optional<Ownership> ownership = desk.catalogue().get(RecordKind.FILE, id, FileRecord.class)
                .map(FileRecord::ownership)
                .or(() -> TombstoneRecord.dataset(desk.catalogue(), id).map(DatasetRecord::ownership))
                .filter(caller::sees);
        if (ownership.isEmpty()) {
            throw ApiError.badField(field, "file_not_found", "no file or dataset '" + id + "'");
        }
        try {
            reading.accept(id);
        } catch (QuernException wrong) {
            throw ApiError.badField(field, "invalid_file", wrong.getMessage());
        }
        return ownership.get();
    }
}
