//! What a file says, without where it says it.

use outpost_alloy_syntax::{Body, Expr, ExprKind, File, Literal, Statement, StepKind};

/// The statements of a file as one text: equal for files that mean the same.
pub(crate) fn shape(file: &File) -> String {
    body(&file.body)
}

/// The comments of a file, without carriage returns.
pub(crate) fn comments(file: &File) -> Vec<String> {
    let texts = file.comments.iter().map(|c| file.source.slice(c.span));
    texts.map(|text| text.replace('\r', "")).collect()
}

fn body(body: &Body) -> String {
    let statements = body.statements.iter().map(|statement| match statement {
        Statement::Attribute(attribute) => {
            format!("{} = {}", attribute.name.name, expr(&attribute.value))
        }
        Statement::Block(block) => {
            let label = block.label.as_ref().map(|label| &label.name);
            format!(
                "{} {label:?} {{{}}}",
                block.full_name(),
                self::body(&block.body)
            )
        }
    });
    statements.collect::<Vec<_>>().join("; ")
}

fn list(exprs: &[Expr]) -> String {
    exprs.iter().map(expr).collect::<Vec<_>>().join(", ")
}

fn expr(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Literal(Literal::String(text)) => format!("{:?}", text.replace('\r', "")),
        ExprKind::Literal(literal) => format!("{literal:?}"),
        ExprKind::Identifier(name) => name.to_string(),
        ExprKind::Array(elements) => format!("[{}]", list(elements)),
        ExprKind::Object(fields) => {
            let fields = fields
                .iter()
                .map(|field| format!("{:?} = {}", field.key.name, self::expr(&field.value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        ExprKind::Paren(inner) => format!("({})", self::expr(inner)),
        ExprKind::Unary { operator, operand } => format!("{operator:?} {}", self::expr(operand)),
        ExprKind::Binary { first, rest } => rest.iter().fold(self::expr(first), |left, o| {
            format!("<{left} {:?} {}>", o.operator, self::expr(&o.operand))
        }),
        ExprKind::Postfix { base, steps } => {
            steps
                .iter()
                .fold(self::expr(base), |base, step| match &step.kind {
                    StepKind::Access(name) => format!("{base}.{}", name.name),
                    StepKind::Index(index) => format!("{base}[{}]", self::expr(index)),
                    StepKind::Call(arguments) => format!("{base}({})", list(arguments)),
                })
        }
    }
}
