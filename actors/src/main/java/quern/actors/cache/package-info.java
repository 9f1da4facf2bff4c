/**
 * What administrators and tenants see of the cache of computed prompts, and do with it. Open PromptCache first. The
 * cache routes use it. Blocks on disks, so it belongs on I/O threads; safe for any of them.
 */
package quern.actors.cache;
