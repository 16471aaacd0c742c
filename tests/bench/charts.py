"""charts.py: report.py's page with its bars (HTML and SVG, nothing else needed) and its plot (matplotlib)."""
import html
import math
import re

COLOURS = {'w2c-best': '#0b4f8a', 'w2c-clang': '#2b83ba', 'w2c-gcc': '#7fb8da', 'native-clang': '#222222', 'native-gcc': '#777777',
           'wasm2c-clang': '#d7731f', 'wasm2c-gcc': '#f2b36b', 'w2c2-clang': '#b8a13a', 'wasmtime': '#6a51a3', 'node': '#3f9b53'}
MORE = ['#c44e8c', '#8c564b', '#17a2a2', '#9aa616', '#e377c2', '#5b6ee1']
STYLE = '''body { font: 15px/1.4 sans-serif; margin: 2em auto; max-width: 72em; padding: 0 1em; color: #222; background: #fff; }
table { border-collapse: collapse; margin: 1em 0; } th, td { padding: .2em .6em; border-bottom: 1px solid #ddd; text-align: right; }
th:first-child, td:first-child { text-align: left; } .wide { overflow-x: auto; }
svg text { font: 12px sans-serif; fill: #222; paint-order: stroke; stroke: #fff; stroke-width: 3px; }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #181818; } th, td { border-color: #444; }
svg { background: #fff; } }'''
BAR, GAP, LEFT, WIDTH = 11, 12, 150, 640
CUT = 4.0  # longer bars are cut off, with their figure beside them


def contenders_of(report, group):
    """What gets a bar: all but the base, whose ratio is 1."""
    return [c for c in report['contenders'] if c != group['base'] and c in group['geomeans']]


def colour_of(report, contender):
    return COLOURS.get(contender) or MORE[report['contenders'].index(contender) % len(MORE)]


def bars_of(report, group):
    """Label and the ratio of each contender, row by row, the means last."""
    names = contenders_of(report, group)
    for name, row in group['rows'].items():
        if row['ratios']:
            yield name, {c: row['ratios'][c] for c in names if c in row['ratios']}
    yield 'geometric mean', {c: group['geomeans'][c]['ratio'] for c in names}


def limit_of(rows):
    """The axis' end: a half above the largest ratio, at most CUT."""
    top = max((r for _, ratios in rows for r in ratios.values()), default=1)
    return min(CUT, max(1.5, math.ceil(top * 2) / 2))


def svg(report, group):
    rows = list(bars_of(report, group))
    limit, y, out = limit_of(rows), 24, []
    for label, ratios in rows:
        middle = y + BAR * len(ratios) / 2 + 4
        weight = ' font-weight="bold"' if label == 'geometric mean' else ''
        out.append(f'<text x="{LEFT - 8}" y="{middle:.0f}" text-anchor="end"{weight}>{html.escape(label)}</text>')
        for contender, ratio in ratios.items():
            length = WIDTH * min(ratio, limit) / limit
            out.append(f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR - 1}" fill="{colour_of(report, contender)}">'
                       f'<title>{html.escape(contender)} {ratio:.3f}</title></rect><text x="{LEFT + length + 4:.1f}" y="{y + 9}" '
                       f'style="font-size:9px">{ratio:.2f}</text>')
            y += BAR
        y += GAP
    for i in range(int(limit * 2) + 1):
        x, line = LEFT + WIDTH * i / 2 / limit, '#000' if i == 2 else '#ccc'
        out.insert(0, f'<line x1="{x:.1f}" x2="{x:.1f}" y1="18" y2="{y}" stroke="{line}"/>'
                      f'<text x="{x:.1f}" y="13" text-anchor="middle">{i / 2:g}</text>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 50}" height="{y + 4}" role="img" '
            f'aria-label="ratios to {group["base"]}">' + '\n'.join(out) + '</svg>')


def legend(report, group):
    return ' '.join(f'<span style="white-space:nowrap"><span style="color:{colour_of(report, c)}">&#9632;</span> {html.escape(c)}</span>'
                    for c in contenders_of(report, group))


def html_table(table):
    def cell(kind, text):
        text = re.sub(r'\*\*(.+?)\*\*', r'<b>\1</b>', html.escape(text))
        return f'<{kind}>{text}</{kind}>'

    head, *rows = table
    lines = ['<tr>' + ''.join(cell('th', c) for c in head) + '</tr>']
    lines += ['<tr>' + ''.join(cell('td', c) for c in row) + '</tr>' for row in rows]
    return '<div class="wide"><table>\n' + '\n'.join(lines) + '\n</table></div>'


def write_html(report, tables, path):
    """tables: title and rows of text, head first."""
    parts = []
    for group in report['groups'].values():
        parts.append(f'<h2>{html.escape(group["title"])}</h2><p>Time divided by that of {group["base"]}; shorter is faster. '
                     f'{legend(report, group)}</p><div class="wide">{svg(report, group)}</div>')
    parts += [f'<h2>{html.escape(title)}</h2>{html_table(table)}' for title, table in tables]
    notes = [f'{name}: {note}' for g in report['groups'].values() for name, row in g['rows'].items() for note in row['notes']]
    if notes:
        parts.append('<h2>Left out</h2><ul>' + ''.join(f'<li>{html.escape(n)}</li>' for n in notes) + '</ul>')
    m = report['machine']
    about = [['made', report['made']], ['command', report.get('command', '')], ['runs', str(report['runs'])],
             ['machine', f'{m["processor"]}, {m["processors"]} processors, {m["system"]}, load {m["load"]:.1f} at the start'],
             ['C compiled with', report['flags']['cflags']], *report['flags']['variants'].items(), *report['versions'].items()]
    parts.append('<h2>How</h2>' + html_table([['', ''], *about]))
    with open(path, 'w') as file:
        file.write(f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>w2c beside its peers</title><style>{STYLE}'
                   '</style></head><body><h1>w2c beside its peers</h1>\n' + '\n'.join(parts) + '\n</body></html>\n')


def write_png(report, path):
    """False: matplotlib is not there."""
    try:
        import matplotlib
        matplotlib.use('Agg')
        import matplotlib.pyplot as plt
    except ImportError:
        return False
    groups = [(g, list(bars_of(report, g))) for g in report['groups'].values() if g['geomeans']]
    if not groups:
        return True
    heights = [sum(len(ratios) + 1.2 for _, ratios in rows) for _, rows in groups]
    figure, axes = plt.subplots(len(groups), 1, figsize=(9, 0.16 * sum(heights) + 1.3 * len(groups)), squeeze=False,
                                gridspec_kw={'height_ratios': heights}, layout='constrained')
    for ax, (group, rows) in zip(axes[:, 0], groups):
        draw(ax, report, group, rows)
    figure.savefig(path, dpi=110)
    plt.close(figure)
    return True


def draw(ax, report, group, rows):
    """One group's bars: programs from top to bottom, in each of them the contenders."""
    limit, y, ticks, labelled = limit_of(rows), 0.0, [], set()
    for name, ratios in rows:
        ticks.append((y + (len(ratios) - 1) / 2, name))
        for contender, ratio in ratios.items():
            ax.barh(y, min(ratio, limit), height=0.9, color=colour_of(report, contender),
                    label=None if contender in labelled else contender)
            ax.text(min(ratio, limit) + 0.01, y, f'{ratio:.2f}', va='center', fontsize=6,
                    bbox={'facecolor': 'white', 'edgecolor': 'none', 'pad': 0.5})
            labelled.add(contender)
            y += 1
        y += 1.2
    ax.axvline(1, color='black', linewidth=0.8)
    ax.set_yticks([t for t, _ in ticks], [name for _, name in ticks], fontsize=8)
    ax.set(xlim=(0, limit * 1.04), ylim=(y - 0.7, -1), xlabel=f'time divided by that of {group["base"]}', title=group['title'])
    ax.legend(fontsize=7, loc='center left', bbox_to_anchor=(1, 0.5))
