package quern.inference.template;

import java.util.HashSet;
import java.util.Set;

/**
 * What a parser remembers about names: those mentioned since a macro's body began, and whether filters and tests that
 * do not exist are refused when the template is read (as Jinja does outside {@code if}) or when they are reached.
 */
final class NameScope {

    private Set<String> mentioned = new HashSet<>();
    private boolean lenient;

    void mention(String name) {
        mentioned.add(name);
    }

    /** @return what it was before */
    boolean lenient(boolean wanted) {
        boolean before = lenient;
        lenient = wanted;
        return before;
    }

    boolean lenient() {
        return lenient;
    }

    /** @return the names so far, for {@link #end} */
    Set<String> begin() {
        Set<String> around = mentioned;
        mentioned = new HashSet<>();
        return around;
    }

    /** @return the names since {@link #begin} */
    Set<String> end(Set<String> around) {
        Set<String> since = mentioned;
        mentioned = around;
        mentioned.addAll(since);
        return since;
    }
}
