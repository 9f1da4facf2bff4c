/**
 * Chinese scripts: conversion between simplified, traditional and regional forms by OpenCC's dictionaries, and what
 * the augmentation of Chinese needs to know of characters. Open {@link quern.curation.chinese.ScriptConversion} first.
 * Used by operators; immutable and safe for several threads.
 */
package quern.curation.chinese;
