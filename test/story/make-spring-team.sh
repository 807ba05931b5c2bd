#!/bin/sh
# Has LibreOffice open spring-team.csv and save it as .xlsx, as the person in the story did: ./make-spring-team.sh
set -eu
cd "$(dirname "$0")"
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
soffice "-env:UserInstallation=file://$profile" --headless --infilter='CSV:44,34,76,1' \
  --convert-to 'xlsx:Calc MS Excel 2007 XML' spring-team.csv
