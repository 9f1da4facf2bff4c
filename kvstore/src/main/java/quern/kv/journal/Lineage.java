package quern.kv.journal;

import java.util.List;
import java.util.Set;

/**
 * What a walk over lineage edges met.
 *
 * @param records everything reached, nearest first, without the start
 * @param edges the edges walked, each once
 * @param truncated whether the walk ended at its limit instead of at the last edge
 */
public record Lineage(Set<RecordRef> records, List<Edge> edges, boolean truncated) {}
