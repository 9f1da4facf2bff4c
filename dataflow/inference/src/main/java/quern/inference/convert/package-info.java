/**
 * Models into GGUF files: conversion, quantisation, calibration on text, random weights in true shapes. Open Conversion
 * first. Reads and writes row band by row band, so a file may be larger than memory. Used by the command line; one
 * thread drives a run, which may use a backend's compute team.
 */
package quern.inference.convert;
