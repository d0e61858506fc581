"""Small SVG charts: bars, lines, a flame graph. Text in, text out; the same input gives the same bytes."""
import html
import math
import zlib

COLOURS = ("#2b6cb0", "#c05621", "#2f855a", "#6b46c1", "#975a16", "#c53030")
FONT = 'font-family="sans-serif" font-size="12"'


def text(x, y, words, anchor="start", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{html.escape(str(words))}</text>'


def picture(width, height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" {FONT}>\n'
            f'<rect width="{width}" height="{height}" fill="#fff"/>\n' + "\n".join(parts) + "\n</svg>\n")


def bars(title, rows, unit):
    """rows: (name, value, low, high); the spread is a line through the end of the bar."""
    left, wide, most = 190, 330, max([row[3] for row in rows] + [1e-9])
    parts = [text(10, 20, title, more='font-weight="bold"')]
    for number, (name, value, low, high) in enumerate(rows):
        y = 36 + 26 * number
        parts += [text(left - 8, y + 13, name, "end"),
                  f'<rect x="{left}" y="{y}" width="{wide * value / most:.1f}" height="18" fill="{COLOURS[number % len(COLOURS)]}"/>',
                  f'<path d="M{left + wide * low / most:.1f} {y + 9}H{left + wide * high / most:.1f}" stroke="#000"/>',
                  text(left + wide * high / most + 6, y + 13, f"{value:,.4g} {unit}")]
    return picture(640, 50 + 26 * len(rows), parts)


def ticks(low, high, log):
    if log:
        return [10.0 ** power for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]
    step = 10.0 ** math.floor(math.log10((high - low) or 1))
    step /= 2 if (high - low) / step < 3 else 1
    return [step * number for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def curves(title, series, across, up, log=False):
    """series: {name: [(x, y)]}; y from 0; log: x is."""
    points = [point for values in series.values() for point in values]
    low, high = min(x for x, _ in points), max(x for x, _ in points)
    if log:
        low, high = max(low, 1), max(high, 1)
    top = 1.1 * max([y for _, y in points] + [1e-9])

    def place(x, y):
        share = ((math.log10(max(x, low)) - math.log10(low)) / (math.log10(high / low) or 1) if log else (x - low) / ((high - low) or 1))
        return 70 + 480 * share, 240 - 200 * y / top

    parts = [text(10, 20, title, more='font-weight="bold"'), text(310, 285, across, "middle"), text(10, 36, up),
             '<path d="M70 40V240H550" fill="none" stroke="#000"/>']
    for x in ticks(low, high, log):
        if low <= x <= high:
            parts.append(text(place(x, 0)[0], 258, f"{x:,.10g}", "middle"))
    for y in ticks(0, top, False):
        parts += [text(64, place(low, y)[1] + 4, f"{y:,.6g}", "end"), f'<path d="M70 {place(low, y)[1]:.1f}H550" stroke="#ddd"/>']
    for number, (name, values) in enumerate(series.items()):
        colour, at = COLOURS[number % len(COLOURS)], [place(x, y) for x, y in sorted(values)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
        parts += [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
                  *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in at),
                  text(558, 50 + 18 * number, name, more=f'fill="{colour}"')]
    return picture(700, 300, parts)


class Frame:
    def __init__(self):
        self.count, self.children = 0, {}


def tree(found):
    """Of call chains with counts, outermost function first."""
    root = Frame()
    for chain, count in found.items():
        frame = root
        frame.count += count
        for name in chain:
            frame = frame.children.setdefault(name, Frame())
            frame.count += count
    return root


def flame(found, title, width=1200):
    """A flame graph: widths are samples, callers below. Frames under a thousandth are left out; the name shows on hovering."""
    root, boxes, depth = tree(found), [], [0]

    def draw(frame, name, level, x):
        wide = width * frame.count / root.count
        if wide < width / 1000:
            return
        boxes.append((x, level, wide, name, frame.count))
        depth[0] = max(depth[0], level)
        for child in sorted(frame.children):
            draw(frame.children[child], child, level + 1, x)
            x += width * frame.children[child].count / root.count

    draw(root, "all", 0, 0)
    height, parts = 16 * depth[0] + 60, [text(10, 20, title, more='font-weight="bold"')]
    for x, level, wide, name, count in boxes:
        y, hue = height - 24 - 16 * level, zlib.crc32(name.encode()) % 55
        parts.append(f'<g><title>{html.escape(name)}: {count} samples, {100 * count / root.count:.1f} %</title>'
                     f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="15" fill="hsl({hue},80%,65%)"/>'
                     + (text(x + 2, y + 11, name[:int(wide / 7)], more='font-size="10"') if wide > 30 else "") + "</g>")
    return picture(width, height, parts)
