package quern.actors.fleet;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import quern.actors.House;
import quern.actors.engine.EngineParts;
import quern.actors.engine.Machine;
import quern.actors.engine.WeightPlan;
import quern.actors.serving.AdapterShelf;
import quern.config.ApplianceConfig;
import quern.config.DataSize;
import quern.config.QuernException;
import quern.config.QuernException.Category;
import quern.kv.WarmPlace;
import quern.kv.journal.ModelRecord;

/** Loads imported models beside others, with the adapters made for them. Blocks for seconds; one at a time. */
@FunctionalInterface
public interface ModelLoader {

    /** Each load gets a thread of its own. */
    Executor THREAD = work -> Thread.ofPlatform().daemon().name("quern-load").start(work);

    /**
     * @param roomBytes that its weights and arena may take; of a model that needs more, some layers are read anew
     * @param progress told what is being done
     * @throws QuernException if it cannot be loaded, or takes more
     */
    EngineParts load(ModelRecord record, long roomBytes, Consumer<String> progress);

    /** From the files they were imported from, onto a machine. */
    static ModelLoader onto(Machine machine, House house) {
        return (record, roomBytes, progress) -> {
            Path path = Path.of(record.path());
            ApplianceConfig config = house.config().serving(
                    path, new DataSize(Math.max(1, roomBytes) + WeightPlan.BESIDE_BYTES
                            + WarmPlace.memoryBytes(house.config().kv())));
            EngineParts parts = EngineParts.load(config, machine, asked -> asked.equals(path)
                    ? Optional.of(record) : Optional.empty(), progress, THREAD);
            try {
                if (parts.memoryBytes() > roomBytes) {
                    throw new QuernException(Category.ERROR, "model '" + record.name() + "' takes "
                            + ModelBudget.size(parts.memoryBytes()) + " of memory, of models.memory are left "
                            + ModelBudget.size(roomBytes));
                }
                parts.model().adapters().share(machine.adapters());
                new AdapterShelf(parts.model(), house.stores()).restore();
                return parts;
            } catch (RuntimeException | Error failure) {
                parts.close();
                throw failure;
            }
        };
    }
}
