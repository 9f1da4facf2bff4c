package quern.actors.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import quern.actors.models.ModelRefused.Reason;
import quern.actors.serving.AdapterShelf.Form;
import quern.kv.journal.AdapterState;
import quern.tuning.sparse.TernaryFile;

/**
 * What a bundle says of an adapter. Of its lineage this travels: which dataset, of how many documents, what it was made
 * of, the gate's figures, its labels; neither documents nor their ids, nor whose it was.
 *
 * @param form {@code peft} or {@code ternary}
 * @param state {@code live} or {@code retired}
 * @param aliases that pointed to it
 * @param tainted whether a document it learnt from was in quarantine
 * @param dataset id; of what a dataset holds, so that the same one elsewhere is known
 * @param datasetDocuments 0: not known
 * @param compressedFrom id of the adapter it was made of; empty: none
 * @param gate figures of its evaluation
 */
public record BundledAdapter(
        String id,
        String name,
        String form,
        String state,
        String fingerprint,
        String baseFingerprint,
        List<String> aliases,
        boolean tainted,
        String dataset,
        long datasetDocuments,
        String compressedFrom,
        List<String> labels,
        JsonNode gate,
        long createdAtMs,
        List<BundledFile> files) {

    private static final String DIGEST = "[0-9a-f]{64}";
    private static final String PLAIN = "[A-Za-z0-9][A-Za-z0-9._:@+=-]{0,255}";
    private static final String LABEL = "[\\p{L}\\p{N}._:-]{1,64}";
    private static final int LIST_MAX = 1000;
    private static final int GATE_CHARS_MAX = 1 << 20;
    private static final long FILE_BYTES_MAX = 1L << 32;

    /** Names of the files that a form consists of. */
    static List<String> fileNames(Form form) {
        return switch (form) {
            case PEFT -> List.of("adapter_config.json", "adapter_model.safetensors");
            case TERNARY -> List.of(TernaryFile.NAME);
        };
    }

    /** As in the manifest. */
    public ObjectNode toJson() {
        return BundleManifest.JSON.valueToTree(this);
    }

    /** What {@link #toJson()} made. @throws ModelRefused if it is none */
    public static BundledAdapter of(JsonNode json) {
        try {
            BundledAdapter read = BundleManifest.JSON.treeToValue(json, BundledAdapter.class);
            read.require("adapter");
            return read;
        } catch (JsonProcessingException wrong) {
            throw new ModelRefused(Reason.INVALID, "not what is said of an adapter: "
                    + wrong.getMessage().lines().findFirst().orElse("no JSON"));
        }
    }

    /** Whether an id or name may come from elsewhere: it is never a path. */
    static boolean isPlain(String text) {
        return text != null && text.matches(PLAIN) && !text.contains("..");
    }

    /** @throws ModelRefused where something of it is not what it has to be */
    void require(String where) {
        check(isPlain(id), where, "an adapter's id '" + id + "'", "letters, digits and '._:@+=-', no '..'");
        String own = where + ": adapter '" + id + "'";
        check(isPlain(name), own, "the name '" + name + "'", "letters, digits and '._:@+=-', no '..'");
        check("peft".equals(form) || "ternary".equals(form), own, "form '" + form + "'", "peft or ternary");
        check("live".equals(state) || "retired".equals(state), own, "state '" + state + "'", "live or retired");
        check(isDigest(fingerprint) && isDigest(baseFingerprint), own, "a fingerprint", "64 hex digits");
        check(isList(aliases) && aliases.stream().allMatch(BundledAdapter::isPlain), own, "aliases " + aliases,
                "at most " + LIST_MAX + " plain names");
        check(isList(labels) && labels.stream().allMatch(label -> label != null && label.matches(LABEL)), own,
                "labels " + labels, "at most " + LIST_MAX + " words");
        check(isPlain(dataset), own, "dataset '" + dataset + "'", "an id");
        check(compressedFrom != null && (compressedFrom.isEmpty() || isPlain(compressedFrom)), own,
                "the adapter it was made of '" + compressedFrom + "'", "an id or nothing");
        check(datasetDocuments >= 0 && createdAtMs >= 0, own, "a number below 0", "none");
        check(gate != null && (gate.isObject() || gate.isNull()) && gate.toString().length() <= GATE_CHARS_MAX, own,
                "a gate", "an object of at most " + GATE_CHARS_MAX + " characters");
        requireFiles(own);
    }

    private void requireFiles(String own) {
        Set<String> wanted = new TreeSet<>(fileNames(filesForm()));
        check(files != null && files.size() == wanted.size(), own, "its files", wanted.toString());
        for (BundledFile file : files) {
            check(file != null && wanted.remove(file.path()), own, "file " + file, "each of " + fileNames(filesForm()));
            check(file.bytes() >= 0 && file.bytes() <= FILE_BYTES_MAX && isDigest(file.sha256()), own,
                    "size or SHA-256 of '" + file.path() + "'", "a number of bytes and 64 hex digits");
        }
    }

    private static boolean isList(List<String> list) {
        return list != null && list.size() <= LIST_MAX;
    }

    private static boolean isDigest(String text) {
        return text != null && text.matches(DIGEST);
    }

    private static void check(boolean right, String where, String found, String expected) {
        if (!right) {
            throw new ModelRefused(Reason.INVALID, where + ": found " + found + ", expected " + expected);
        }
    }

    Form filesForm() {
        return Form.valueOf(form.toUpperCase(Locale.ROOT));
    }

    AdapterState adapterState() {
        return AdapterState.valueOf(state.toUpperCase(Locale.ROOT));
    }

    Set<String> labelSet() {
        return labels.stream().collect(Collectors.toSet());
    }

    public long bytes() {
        return files.stream().mapToLong(BundledFile::bytes).sum();
    }
}
