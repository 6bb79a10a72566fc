"""
What QGIS makes of a GeoPackage, as JSON; run by a Python that has QGIS, without a window.

For each layer: whether it opens, where its look comes from, how many rows each rule draws, alias of
each column, and how many pixels a picture of it has that are not white.
"""
# ruff: noqa: T201

from __future__ import annotations

import json
import sys
from typing import Any

from PyQt5.QtCore import QSize
from qgis.core import (
    QgsApplication,
    QgsDataProvider,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsVectorLayer,
)


def told(layer: Any) -> dict[str, Any]:
    """What there is to tell of a layer."""
    message, found = layer.loadDefaultStyle()
    rules = layer.renderer().rootRule().children()
    drawn = {rule.label(): 0 for rule in rules}
    for feature in layer.getFeatures():
        context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
        context.setFeature(feature)
        for rule in rules:
            test = rule.filter()
            drawn[rule.label()] += 1 if test is None or test.evaluate(context) else 0
    return {
        "valid": layer.isValid(),
        "crs": layer.crs().authid(),
        "rows": layer.featureCount(),
        "style": [message, found],
        "errors": [
            rule.filterExpression()
            for rule in rules
            if rule.filter() and (rule.filter().hasParserError() or rule.filter().hasEvalError())
        ],
        "drawn": drawn,
        "labelled": layer.labelsEnabled(),
        "alias": {field.name(): field.alias() for field in layer.fields()},
        "ink": ink(layer),
    }


def ink(layer: Any) -> int:
    """Pixels of a picture of the layer that are not white."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    box = layer.extent()
    box.grow(30.0)
    settings.setExtent(box)
    settings.setOutputSize(QSize(160, 120))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    picture = job.renderedImage()
    return sum(
        picture.pixelColor(x, y).lightness() < 250
        for x in range(picture.width())
        for y in range(picture.height())
    )


def main(path: str) -> None:
    """Tell all layers of a file."""
    application = QgsApplication([], False)
    application.initQgis()
    whole = QgsVectorLayer(path, "all", "ogr")
    found = {}
    for text in whole.dataProvider().subLayers():
        _, name, _, shape, *_ = text.split(QgsDataProvider.sublayerSeparator())
        if name != "layer_styles":
            address = f"{path}|layername={name}|geometrytype={shape}"
            found[f"{name} {shape}"] = told(QgsVectorLayer(address, name, "ogr"))
    print(json.dumps(found))


main(sys.argv[1])
