package quern.actors.models;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import quern.actors.Caller;
import quern.actors.models.ModelRefused.Reason;
import quern.config.QuernException;
import quern.inference.LoadedModel;
import quern.inference.transformer.LoraWeights;
import quern.kv.AtomicFile;
import quern.kv.DataDirectory;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.AdapterState;
import quern.kv.journal.Catalogue;
import quern.kv.journal.Edge;
import quern.kv.journal.RecordKind;
import quern.kv.journal.VersionConflict;
import quern.kv.journal.WriteSet;
import quern.tuning.AdapterFile;

/**
 * Places an adapter of PEFT's that was tuned elsewhere. Nothing in its files proves which weights it was tuned on: what
 * they call the base is compared with the model here, or whoever brings it says which it is; that every matrix fits is
 * checked either way. It has no run and no gate, and says so.
 */
public final class ForeignAdapter {

    private static final List<String> FILES = List.of("adapter_config.json", "adapter_model.safetensors");
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";
    private static final String NO_DATASET = "imported";
    private static final int ID_CHARS = 8;

    private final DataDirectory data;
    private final Catalogue catalogue;

    public ForeignAdapter(DataDirectory data, Catalogue catalogue) {
        this.data = data;
        this.catalogue = catalogue;
    }

    /**
     * @param name part of its id, and its alias if it gets one
     * @param config {@code adapter_config.json}
     * @param weights {@code adapter_model.safetensors}
     * @param baseNamed whether whoever brings it named the base
     * @param bytesMax of its numbers in memory
     */
    public record Order(
            Caller caller, String name, Path config, Path weights, boolean baseNamed, long bytesMax) {}

    /**
     * What became of it.
     *
     * @param added false: the same was here already
     * @param baseName what its files call the base; empty: nothing
     */
    public record Placed(AdapterRecord record, boolean added, String baseName) {}

    /**
     * Checks and places one for a model that stays loaded meanwhile.
     *
     * @param modelId what requests call the model
     * @throws QuernException with nothing placed: its files are damaged, not served here, or not of this model
     */
    public Placed place(Order order, LoadedModel model, String modelId) {
        if (!order.name().matches(NAME) || order.name().contains("..")) {
            throw new ModelRefused(Reason.INVALID, "an adapter's name '" + order.name()
                    + "', expected 1 to 64 letters, digits, '-', '_' and '.'");
        }
        Path directory = AdapterImport.begin(data);
        boolean kept = false;
        try {
            DataDirectory.makeDirectory(directory);
            copy(order.config(), directory.resolve(FILES.getFirst()));
            copy(order.weights(), directory.resolve(FILES.getLast()));
            AdapterFile.Loaded loaded = AdapterFile.read(directory, model.shape(), order.bytesMax());
            model.adapters().require(order.name(), loaded.weights());
            requireBase(order, loaded.baseName(), model, modelId);
            Placed placed = placed(order, loaded, model, modelId, directory);
            kept = placed.record().path().equals(data.recorded(directory));
            return placed;
        } catch (VersionConflict taken) {
            throw new ModelRefused(Reason.TAKEN, "the adapter was added at the same time: " + taken.getMessage());
        } catch (IOException failed) {
            throw new QuernException(QuernException.Category.RETRYABLE,
                    "the adapter cannot be placed: " + failed.getMessage(), failed);
        } catch (QuernException refused) {
            if (refused instanceof ModelRefused || refused.category() != QuernException.Category.ERROR) {
                throw refused;
            }
            // Whoever brings it knows the file's name, not where it was read.
            throw new ModelRefused(Reason.INVALID, refused.getMessage().replace(directory + "/", ""));
        } finally {
            AdapterImport.end(directory, kept);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (InputStream in = Files.newInputStream(from)) {
            AtomicFile.write(to, out -> in.transferTo(Channels.newOutputStream(out)));
        }
    }

    private static void requireBase(Order order, String said, LoadedModel model, String modelId) {
        if (!order.baseNamed() && !isNameOf(said, modelId) && !isNameOf(said, model.name())) {
            throw new ModelRefused(Reason.MISMATCH, "adapter_config.json says "
                    + (said.isEmpty() ? "of no base" : "of base_model_name_or_path '" + said + "'")
                    + " that it was tuned on it; the model here is '" + modelId
                    + "'. Its shapes fit, and more cannot be checked: if it is the same model, say so by naming it"
                    + " (--base " + modelId + ")");
        }
    }

    /** The last part of a path or of a name with an owner, letters and digits alone; ours may say more behind it. */
    private static boolean isNameOf(String theirs, String ours) {
        String last = plain(theirs.substring(Math.max(theirs.lastIndexOf('/'), theirs.lastIndexOf('\\')) + 1));
        return !last.isEmpty() && plain(ours).startsWith(last);
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    private Placed placed(
            Order order, AdapterFile.Loaded loaded, LoadedModel model, String modelId, Path directory)
            throws IOException {
        LoraWeights weights = loaded.weights();
        String fingerprint = weights.fingerprint();
        String id = "lora:" + modelId + ":" + order.name() + ":" + fingerprint.substring(0, ID_CHARS);
        Optional<AdapterRecord> here = catalogue.get(RecordKind.ADAPTER, id, AdapterRecord.class);
        if (here.isPresent()) {
            return new Placed(again(order, here.get(), fingerprint, model), false, loaded.baseName());
        }
        ObjectNode origin = BundleManifest.JSON.createObjectNode().put("form", "peft").put("model", modelId)
                .put("base_model_name_or_path", loaded.baseName()).put("base_named", order.baseNamed());
        for (String file : FILES) {
            origin.put("sha256 " + file, Sha256.of(directory.resolve(file), done -> { }));
        }
        AtomicFile.write(directory.resolve(AdapterImport.ORIGIN), BundleManifest.JSON.writeValueAsBytes(origin));
        AtomicFile.forceDirectory(data.adapters());
        AdapterRecord record = new AdapterRecord(id, order.name(), fingerprint, model.fingerprint(), NO_DATASET,
                directory.getFileName().toString(), data.recorded(directory), AdapterState.LIVE, Optional.empty(),
                order.caller().ownership(), System.currentTimeMillis());
        catalogue.commit(new WriteSet().create(RecordKind.ADAPTER, id, record)
                .edge(new Edge(RecordKind.MODEL, modelId, RecordKind.ADAPTER, id, "imported", origin.toString())));
        return new Placed(record, true, loaded.baseName());
    }

    private AdapterRecord again(Order order, AdapterRecord here, String fingerprint, LoadedModel model) {
        if (!order.caller().sees(here.ownership()) || !here.fingerprint().equals(fingerprint)
                || !here.baseFingerprint().equals(model.fingerprint())) {
            throw new ModelRefused(Reason.TAKEN, "there is another adapter '" + here.id() + "' here");
        }
        here.unfit().ifPresent(why -> {
            throw new ModelRefused(Reason.INVALID, "adapter '" + here.id() + "' " + why);
        });
        if (here.state().served()) {
            return here;
        }
        AdapterRecord live = here.withState(AdapterState.LIVE);
        catalogue.commit(new WriteSet().put(RecordKind.ADAPTER, here.id(), live));
        return live;
    }
}
