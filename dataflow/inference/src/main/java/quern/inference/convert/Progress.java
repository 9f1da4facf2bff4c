package quern.inference.convert;

/** Hears how far a run is. An exception thrown here ends the run; nothing of its output is left then. */
@FunctionalInterface
public interface Progress {

    Progress NONE = (what, done, total) -> { };

    /**
     * @param what is being worked on
     * @param done of {@code total}, in a unit the run's own documentation names
     */
    void at(String what, long done, long total);
}
