/**
 * Erasing a document: everything that holds it is found through lineage and by content, rewritten or purged, its key is
 * destroyed, and a proof says what was found where. Open ErasureWork first, which names the steps in their order; then
 * ErasurePlan, which says what lineage knows. Routes and job starters use it. Blocks on disks; one erasure at a time.
 */
package quern.actors.erase;
