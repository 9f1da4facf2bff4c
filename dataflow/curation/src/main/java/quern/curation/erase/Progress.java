package quern.curation.erase;

/** Told now and then how far a rewrite is; what it throws ends the rewrite, which can be begun again. */
@FunctionalInterface
public interface Progress {

    Progress NONE = _ -> { };

    /** @param lines looked at so far */
    void at(long lines);
}
