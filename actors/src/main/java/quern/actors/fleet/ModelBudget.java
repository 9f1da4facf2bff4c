package quern.actors.fleet;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Who has to go for a model to be loaded.
 *
 * @param bytes that all loaded models may take
 * @param loadedMax how many may be loaded
 */
public record ModelBudget(long bytes, int loadedMax) {

    /**
     * A model that is loaded, or will be.
     *
     * @param lastUse grows with each use
     * @param users requests and jobs at work with it
     * @param stays whether it cannot go: it is served from the start, or a job needs it
     */
    public record Loaded(String name, long bytes, long lastUse, int users, boolean stays) {}

    sealed interface Room {}

    record Fits() implements Room {}

    /**
     * There is room once these are unloaded, used longest ago first. Nobody uses them now.
     *
     * @param drained they too, as soon as their users have left; nobody new may come
     */
    record Unload(List<String> idle, List<String> drained) implements Room {}

    /** Not before a job has ended. */
    record Later(String reason) implements Room {}

    record Never(String reason) implements Room {}

    Room room(String wanted, long wantedBytes, List<Loaded> loaded) {
        List<Loaded> gone = new ArrayList<>();
        List<Loaded> order = loaded.stream().filter(one -> !one.stays())
                .sorted(Comparator.comparing((Loaded one) -> one.users() > 0).thenComparing(Loaded::lastUse)).toList();
        for (Loaded next : order) {
            if (fits(wantedBytes, loaded, gone)) {
                break;
            }
            gone.add(next);
        }
        if (fits(wantedBytes, loaded, gone)) {
            return gone.isEmpty() ? new Fits() : new Unload(
                    gone.stream().filter(one -> one.users() == 0).map(Loaded::name).toList(),
                    gone.stream().filter(one -> one.users() > 0).map(Loaded::name).toList());
        }
        List<Loaded> held = loaded.stream().filter(one -> one.stays() && one.users() > 0).toList();
        List<Loaded> everyone = new ArrayList<>(gone);
        everyone.addAll(held);
        String problem = problem(wanted, wantedBytes, loaded, gone);
        return !held.isEmpty() && fits(wantedBytes, loaded, everyone) ? new Later(problem) : new Never(problem);
    }

    /** Bytes that are left beside those that stay. */
    long most(List<Loaded> loaded) {
        return bytes - loaded.stream().filter(Loaded::stays).mapToLong(Loaded::bytes).sum();
    }

    private boolean fits(long wantedBytes, List<Loaded> loaded, List<Loaded> gone) {
        long taken = loaded.stream().filter(one -> !gone.contains(one)).mapToLong(Loaded::bytes).sum();
        return loaded.size() - gone.size() < loadedMax && wantedBytes <= bytes - taken;
    }

    private String problem(String wanted, long wantedBytes, List<Loaded> loaded, List<Loaded> gone) {
        List<String> staying = loaded.stream().filter(one -> !gone.contains(one))
                .map(one -> "'" + one.name() + "' " + size(one.bytes())).toList();
        return staying.size() >= loadedMax
                ? "model '" + wanted + "' cannot be loaded: models.loaded-max = " + loadedMax + " and in use are "
                        + String.join(", ", staying)
                : "model '" + wanted + "' takes " + size(wantedBytes) + " of memory, models.memory is " + size(bytes)
                        + (staying.isEmpty() ? "" : " and in use are " + String.join(", ", staying));
    }

    static String size(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }
}
