/**
 * Which blocks hold a sequence's keys and values, and which of them are known already. Open KvBlocks first. Used by
 * the engine, on its thread; a BlockLoad is carried out elsewhere.
 */
package quern.inference.cache;
