<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="zh_CN">
    <context>
        <name>AboveQuestion</name>
        <message>
            <source>正在看每一行上面写着哪家医院，看完才能导入…</source>
            <translation>Looking which hospital stands above each row; then it can be imported…</translation>
        </message>
        <message>
            <source>“{hospital}”（第 {row} 行）</source>
            <translation>'{hospital}' (row {row})</translation>
        </message>
        <message>
            <source>、</source>
            <translation>, </translation>
        </message>
        <message numerus="yes">
            <source>等 %n 处</source>
            <translation>
                <numerusform>, in all %n place</numerusform>
                <numerusform>, in all %n places</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 行没有写医院，它们上面写着：</source>
            <translation>
                <numerusform>%n row names no hospital; above it stands </numerusform>
                <numerusform>%n rows name no hospital; above them stands </numerusform>
            </translation>
        </message>
        <message>
            <source>。沿用你 {day} 的回答</source>
            <translation>. As you answered on {day}</translation>
        </message>
        <message>
            <source>沿用上面的</source>
            <translation>Take it from above</translation>
        </message>
        <message>
            <source>留空</source>
            <translation>Leave it empty</translation>
        </message>
    </context>
    <context>
        <name>AdverseEventDialog</name>
        <message>
            <source>上报不良反应</source>
            <translation>Report the adverse event</translation>
        </message>
        <message>
            <source>谁在什么时候写了什么</source>
            <translation>Who wrote what and when</translation>
        </message>
        <message>
            <source>患者（年龄、性别）、用药、表现、结果</source>
            <translation>Patient (age, sex), medicine, what happened, outcome</translation>
        </message>
        <message>
            <source>报给谁、受理编号</source>
            <translation>To whom, reference number</translation>
        </message>
        <message>
            <source>以后再说</source>
            <translation>Later</translation>
        </message>
        <message>
            <source>已上报</source>
            <translation>Reported</translation>
        </message>
        <message>
            <source>先选上报方式，再按“已上报”。</source>
            <translation>First choose how it was reported, then press 'Reported'.</translation>
        </message>
    </context>
    <context>
        <name>AdverseEventWords</name>
        <message>
            <source>超时 {time}</source>
            <translation>{time} overdue</translation>
        </message>
        <message>
            <source>还剩 {time}</source>
            <translation>{time} left</translation>
        </message>
        <message numerus="yes">
            <source>%n 天</source>
            <translation>
                <numerusform>%n day</numerusform>
                <numerusform>%n days</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 小时</source>
            <translation>
                <numerusform>%n hour</numerusform>
                <numerusform>%n hours</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 分钟</source>
            <translation>
                <numerusform>%n minute</numerusform>
                <numerusform>%n minutes</numerusform>
            </translation>
        </message>
        <message>
            <source>{heard} 由{who}听到，{due} 前上报</source>
            <translation>Heard {heard} by {who}; report by {due}</translation>
        </message>
        <message>
            <source>已报过一次：{report}。还有没报到的内容，请再报一次。</source>
            <translation>Reported once: {report}. Not everything was in that report; report it again.</translation>
        </message>
    </context>
    <context>
        <name>AmendmentBar</name>
        <message>
            <source>更正原因</source>
            <translation>Reason</translation>
        </message>
        <message>
            <source>为什么改；看得到这次拜访的人都看得到</source>
            <translation>Why it is amended; everybody who sees this visit can read it</translation>
        </message>
        <message>
            <source>放弃更正</source>
            <translation>Give up</translation>
        </message>
    </context>
    <context>
        <name>AnswerDialog</name>
        <message>
            <source>答复申请</source>
            <translation>Answer the proposal</translation>
        </message>
        <message>
            <source>同意</source>
            <translation>Agree</translation>
        </message>
        <message>
            <source>答复（不同意时要写）</source>
            <translation>Answer (needed to decline)</translation>
        </message>
        <message>
            <source>不同意</source>
            <translation>Decline</translation>
        </message>
        <message>
            <source>不同意要写一句说明，让代表知道为什么。</source>
            <translation>Declining needs a sentence, so that the representative knows why.</translation>
        </message>
    </context>
    <context>
        <name>ApprovalsPage</name>
        <message>
            <source>审批</source>
            <translation>Approvals</translation>
        </message>
        <message>
            <source>没有等待你审批的报销。</source>
            <translation>No claim waits for you.</translation>
        </message>
        <message>
            <source>等待审批的报销</source>
            <translation>Claims waiting for approval</translation>
        </message>
        <message numerus="yes">
            <source>%n 笔等待</source>
            <translation>
                <numerusform>%n waiting</numerusform>
                <numerusform>%n waiting</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 项提示</source>
            <translation>
                <numerusform>%n finding</numerusform>
                <numerusform>%n findings</numerusform>
            </translation>
        </message>
        <message>
            <source>无提示</source>
            <translation>Clean</translation>
        </message>
        <message>
            <source>第 {number} 次提交 · 同步时若无改动即生效</source>
            <translation>Submission {number} · applied if unchanged</translation>
        </message>
        <message>
            <source>已批准 {title}，保存在本机，同步时生效</source>
            <translation>Approved: {title}. Saved here, applied at sync</translation>
        </message>
        <message>
            <source>已退回 {title}，保存在本机，同步时生效</source>
            <translation>Sent back: {title}. Saved here, applied at sync</translation>
        </message>
        <message>
            <source>已驳回 {title}，保存在本机，同步时生效</source>
            <translation>Rejected: {title}. Saved here, applied at sync</translation>
        </message>
        <message>
            <source>已裁定 {title}，保存在本机，同步时生效</source>
            <translation>Settled: {title}. Saved here, applied at sync</translation>
        </message>
        <message>
            <source>已标记支付 {title}，同步时生效</source>
            <translation>Marked as paid: {title}. Applied at sync</translation>
        </message>
    </context>
    <context>
        <name>ArrangeDialog</name>
        <message>
            <source>上移</source>
            <translation>Up</translation>
        </message>
        <message>
            <source>下移</source>
            <translation>Down</translation>
        </message>
        <message>
            <source>改名</source>
            <translation>Rename</translation>
        </message>
        <message>
            <source>删除</source>
            <translation>Delete</translation>
        </message>
        <message>
            <source>取消</source>
            <translation>Cancel</translation>
        </message>
        <message>
            <source>完成</source>
            <translation>Done</translation>
        </message>
        <message>
            <source>空格键勾选</source>
            <translation>Space ticks an entry</translation>
        </message>
    </context>
    <context>
        <name>BackDialog</name>
        <message>
            <source>撤回导入</source>
            <translation>Take an import back</translation>
        </message>
        <message>
            <source>当时导入了 {counts}</source>
            <translation>It made: {counts}</translation>
        </message>
        <message>
            <source>撤回</source>
            <translation>Take back</translation>
        </message>
        <message>
            <source>哪一次导入</source>
            <translation>Which import</translation>
        </message>
        <message>
            <source>留下的</source>
            <translation>What stays</translation>
        </message>
        <message>
            <source>正在核对…</source>
            <translation>Checking…</translation>
        </message>
        <message>
            <source>撤回之后不能再撤销；要恢复，就再导入一次这个文件。后来改过的都会留下。</source>
            <translation>Taking it back cannot be undone; to have it again, import the file once more. What was changed since stays.</translation>
        </message>
        <message>
            <source>会删除：{counts}</source>
            <translation>Will be deleted: {counts}</translation>
        </message>
        <message numerus="yes">
            <source>%n 条改回导入之前的样子</source>
            <translation>
                <numerusform>%n row is set back to what it was before</numerusform>
                <numerusform>%n rows are set back to what they were before</numerusform>
            </translation>
        </message>
        <message>
            <source>没有可以撤回的内容</source>
            <translation>There is nothing to take back</translation>
        </message>
        <message numerus="yes">
            <source>{total} 条中有 %n 条留下，原因见下</source>
            <translation>
                <numerusform>%n of {total} stays, for the reason below</numerusform>
                <numerusform>%n of {total} stay, for the reasons below</numerusform>
            </translation>
        </message>
        <message>
            <source>；</source>
            <translation>; </translation>
        </message>
    </context>
    <context>
        <name>BackUpDialog</name>
        <message>
            <source>在所选的文件夹里新建一个加密的备份。口令至少 {minimum} 个字符，可以是一句话；谁也查不到它，忘了它备份就打不开。</source>
            <translation>A new encrypted folder is made at that place. The passphrase has at least {minimum} characters and may be a sentence; nobody can look it up, and without it the backup cannot be opened.</translation>
        </message>
        <message>
            <source>备份没发送的内容</source>
            <translation>Back up what was not sent</translation>
        </message>
        <message>
            <source>备份</source>
            <translation>Back up</translation>
        </message>
        <message>
            <source>选择…</source>
            <translation>Choose…</translation>
        </message>
        <message>
            <source>备份到哪里（例如 U 盘）</source>
            <translation>Where to (a stick, say)</translation>
        </message>
        <message>
            <source>备份的口令</source>
            <translation>Passphrase of the backup</translation>
        </message>
        <message>
            <source>再输入一次口令</source>
            <translation>Passphrase once more</translation>
        </message>
    </context>
    <context>
        <name>BackWords</name>
        <message>
            <source>已停下，其余可以接着撤回。</source>
            <translation>Stopped; the rest can be taken back later.</translation>
        </message>
        <message>
            <source>已撤回，删除了 {counts}。</source>
            <translation>Taken back. Deleted: {counts}.</translation>
        </message>
        <message numerus="yes">
            <source>%n 条改回了导入之前的样子。</source>
            <translation>
                <numerusform>%n row was set back to what it was before.</numerusform>
                <numerusform>%n rows were set back to what they were before.</numerusform>
            </translation>
        </message>
        <message>
            <source>没有可以撤回的内容。</source>
            <translation>There was nothing to take back.</translation>
        </message>
        <message numerus="yes">
            <source>%n 条留下：{why}。</source>
            <translation>
                <numerusform>%n stays: {why}.</numerusform>
                <numerusform>%n stay: {why}.</numerusform>
            </translation>
        </message>
        <message>
            <source>、</source>
            <translation>, </translation>
        </message>
    </context>
    <context>
        <name>BackupCard</name>
        <message>
            <source>备份</source>
            <translation>Backup</translation>
        </message>
        <message>
            <source>还没发送的只在这台电脑上：出差或送修以前，把它备份到 U 盘；在新电脑上登录以后再恢复。</source>
            <translation>What was not sent is on this computer alone. Back it up to a stick before a journey or a repair; on the new computer sign in, then put it back.</translation>
        </message>
        <message>
            <source>其余资料登录后由服务器重新发来，不在备份里。</source>
            <translation>The rest comes from the server again after signing in; it is in no backup.</translation>
        </message>
        <message>
            <source>没有</source>
            <translation>Nothing</translation>
        </message>
        <message>
            <source>还没有备份过</source>
            <translation>Never yet</translation>
        </message>
        <message>
            <source>还没发送</source>
            <translation>Not sent yet</translation>
        </message>
        <message>
            <source>上次备份</source>
            <translation>Last backup</translation>
        </message>
        <message>
            <source>备份在</source>
            <translation>It is in</translation>
        </message>
    </context>
    <context>
        <name>BackupWords</name>
        <message numerus="yes">
            <source>%n 项更改</source>
            <translation>
                <numerusform>%n change</numerusform>
                <numerusform>%n changes</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 项要你处理</source>
            <translation>
                <numerusform>%n that needs you</numerusform>
                <numerusform>%n that need you</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 份草稿</source>
            <translation>
                <numerusform>%n draft</numerusform>
                <numerusform>%n drafts</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 个附件</source>
            <translation>
                <numerusform>%n attachment</numerusform>
                <numerusform>%n attachments</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 项放弃过的</source>
            <translation>
                <numerusform>%n given up before</numerusform>
                <numerusform>%n given up before</numerusform>
            </translation>
        </message>
        <message>
            <source>已备份：{what}。</source>
            <translation>Backed up: {what}.</translation>
        </message>
        <message>
            <source>已从备份恢复：{what}。</source>
            <translation>Put back: {what}.</translation>
        </message>
        <message numerus="yes">
            <source>%n 份草稿没恢复：同一页上正有一份在写，写完再恢复一次。</source>
            <translation>
                <numerusform>%n draft was not put back: another one of the same page is being typed. Put the backup back once more when that is done.</numerusform>
                <numerusform>%n drafts were not put back: others of the same pages are being typed. Put the backup back once more when those are done.</numerusform>
            </translation>
        </message>
        <message>
            <source>备份里的内容都已在这台电脑上。</source>
            <translation>All that is in the backup is on this computer already.</translation>
        </message>
    </context>
    <context>
        <name>BatchDialog</name>
        <message numerus="yes">
            <source>批量修改 %n 位医生</source>
            <translation>
                <numerusform>Change %n doctor</numerusform>
                <numerusform>Change %n doctors</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>批量修改 %n 家机构</source>
            <translation>
                <numerusform>Change %n institution</numerusform>
                <numerusform>Change %n institutions</numerusform>
            </translation>
        </message>
        <message>
            <source>取消</source>
            <translation>Cancel</translation>
        </message>
        <message>
            <source>加上标签</source>
            <translation>Add tags</translation>
        </message>
        <message>
            <source>去掉标签</source>
            <translation>Remove tags</translation>
        </message>
        <message>
            <source>用顿号或逗号分开</source>
            <translation>Commas between</translation>
        </message>
        <message>
            <source>将会改变的内容</source>
            <translation>What would change</translation>
        </message>
        <message>
            <source>不变</source>
            <translation>Unchanged</translation>
        </message>
        <message>
            <source>（清空）</source>
            <translation>(clear)</translation>
        </message>
        <message numerus="yes">
            <source>修改 %n 位</source>
            <translation>
                <numerusform>Change %n</numerusform>
                <numerusform>Change %n</numerusform>
            </translation>
        </message>
        <message>
            <source>修改</source>
            <translation>Change</translation>
        </message>
        <message>
            <source>选好要改的内容，这里会先列出每一位的变化。</source>
            <translation>Choose what to change; what becomes of each one is listed here first.</translation>
        </message>
        <message>
            <source>先改好有误的内容。</source>
            <translation>Correct what is wrong first.</translation>
        </message>
        <message>
            <source>正在核对…</source>
            <translation>Checking…</translation>
        </message>
        <message numerus="yes">
            <source>%n 位会改变</source>
            <translation>
                <numerusform>%n changes</numerusform>
                <numerusform>%n change</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 位已经是这样</source>
            <translation>
                <numerusform>%n is so already</numerusform>
                <numerusform>%n are so already</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 位属于别的辖区，不变</source>
            <translation>
                <numerusform>%n belongs to another territory and stays</numerusform>
                <numerusform>%n belong to another territory and stay</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 位已被合并，不变</source>
            <translation>
                <numerusform>%n was merged and stays</numerusform>
                <numerusform>%n were merged and stay</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 位已不在本机</source>
            <translation>
                <numerusform>%n is no longer here</numerusform>
                <numerusform>%n are no longer here</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>下面是前 %n 位</source>
            <translation>
                <numerusform>the first %n is shown</numerusform>
                <numerusform>the first %n are shown</numerusform>
            </translation>
        </message>
        <message>
            <source>；</source>
            <translation>; </translation>
        </message>
        <message>
            <source>{field}：{old} → {new}</source>
            <translation>{field}: {old} → {new}</translation>
        </message>
    </context>
    <context>
        <name>BatchRun</name>
        <message numerus="yes">
            <source>已停止：改了 %n 位，其余没有动。</source>
            <translation>
                <numerusform>Stopped: %n changed, the others were not touched.</numerusform>
                <numerusform>Stopped: %n changed, the others were not touched.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>已修改 %n 位，保存在本机。</source>
            <translation>
                <numerusform>%n changed, saved here.</numerusform>
                <numerusform>%n changed, saved here.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 位不能改，保持原样。</source>
            <translation>
                <numerusform> %n could not be changed and stays.</numerusform>
                <numerusform> %n could not be changed and stay.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>BringBackDialog</name>
        <message>
            <source>{when} 放到一边的数据里没发送的更改会取回到现在的数据里，不会重复；全部取回后它就删除。</source>
            <translation>Changes that were not sent come out of the data put aside {when} into the present data, each once; when all of it came, it is removed.</translation>
        </message>
        <message>
            <source>取回旧数据</source>
            <translation>Bring older data back</translation>
        </message>
        <message>
            <source>打开并取回</source>
            <translation>Open and bring back</translation>
        </message>
        <message>
            <source>当时的口令</source>
            <translation>Its passphrase</translation>
        </message>
        <message>
            <source>请输入当时的口令。</source>
            <translation>Type its passphrase.</translation>
        </message>
    </context>
    <context>
        <name>BroughtWords</name>
        <message numerus="yes">
            <source>%n 项更改</source>
            <translation>
                <numerusform>%n change</numerusform>
                <numerusform>%n changes</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 项要你处理</source>
            <translation>
                <numerusform>%n that needs you</numerusform>
                <numerusform>%n that need you</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 份草稿</source>
            <translation>
                <numerusform>%n draft</numerusform>
                <numerusform>%n drafts</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 个附件</source>
            <translation>
                <numerusform>%n attachment</numerusform>
                <numerusform>%n attachments</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 项放弃过的</source>
            <translation>
                <numerusform>%n given up before</numerusform>
                <numerusform>%n given up before</numerusform>
            </translation>
        </message>
        <message>
            <source>已取回：{what}。</source>
            <translation>Brought back: {what}.</translation>
        </message>
        <message>
            <source>旧数据里没有要取回的更改。</source>
            <translation>There was nothing to bring back in the older data.</translation>
        </message>
        <message numerus="yes">
            <source>%n 份草稿留在旧数据里：同一页上正有一份在写，写完再打开一次。</source>
            <translation>
                <numerusform>%n draft stays in the older data: another one of the same page is being typed. Open it again when that is done.</numerusform>
                <numerusform>%n drafts stay in the older data: others of the same pages are being typed. Open it again when those are done.</numerusform>
            </translation>
        </message>
        <message>
            <source>旧数据现在删不掉，还留着；里面没有要取回的了。</source>
            <translation>The older data could not be deleted now and stays; there is nothing left in it to bring back.</translation>
        </message>
    </context>
    <context>
        <name>CallBackCard</name>
        <message>
            <source>打开</source>
            <translation>Open</translation>
        </message>
    </context>
    <context>
        <name>CallBackDialog</name>
        <message>
            <source>回访</source>
            <translation>Call-back</translation>
        </message>
        <message>
            <source>回访记录</source>
            <translation>Call-back as noted</translation>
        </message>
        <message>
            <source>保存</source>
            <translation>Save</translation>
        </message>
        <message>
            <source>有异议时写明医生怎么说；不要写电话号码</source>
            <translation>What the doctor said, where something is disputed; no phone numbers</translation>
        </message>
        <message>
            <source>修改历史</source>
            <translation>History</translation>
        </message>
        <message>
            <source>关闭</source>
            <translation>Close</translation>
        </message>
    </context>
    <context>
        <name>CallBackWords</name>
        <message>
            <source>{when} 拜访 {who}</source>
            <translation>visit {when} to {who}</translation>
        </message>
        <message>
            <source>{who}回访</source>
            <translation>by {who}</translation>
        </message>
        <message>
            <source>保存后报销单转为待支付。</source>
            <translation>Once saved, the claim becomes payable.</translation>
        </message>
        <message>
            <source>保存后报销单转为有争议，由财务或审计裁定。</source>
            <translation>Once saved, the claim is disputed; finance or audit settles it.</translation>
        </message>
        <message>
            <source>报销单继续等待回访。</source>
            <translation>The claim keeps waiting for a call-back.</translation>
        </message>
    </context>
    <context>
        <name>ClaimDetail</name>
        <message>
            <source>未命名的报销</source>
            <translation>Claim without a subject</translation>
        </message>
        <message>
            <source>第 {number} 次提交</source>
            <translation>Submission {number}</translation>
        </message>
        <message>
            <source>{when} 提交</source>
            <translation>submitted {when}</translation>
        </message>
        <message>
            <source>拜访：{visit}</source>
            <translation>visit: {visit}</translation>
        </message>
        <message>
            <source>还没有明细。</source>
            <translation>No lines yet.</translation>
        </message>
        <message>
            <source>批准 {approved} / {amount}</source>
            <translation>{approved} of {amount} approved</translation>
        </message>
        <message>
            <source>发票 {number}</source>
            <translation>fapiao {number}</translation>
        </message>
        <message>
            <source>有凭证</source>
            <translation>receipt</translation>
        </message>
        <message>
            <source>人均 {amount}</source>
            <translation>{amount} a head</translation>
        </message>
        <message>
            <source>、</source>
            <translation>, </translation>
        </message>
        <message numerus="yes">
            <source>%n 人</source>
            <translation>
                <numerusform>%n person</numerusform>
                <numerusform>%n people</numerusform>
            </translation>
        </message>
        <message>
            <source>规则检查</source>
            <translation>Findings</translation>
        </message>
        <message>
            <source>阻止</source>
            <translation>Stop</translation>
        </message>
        <message>
            <source>提醒</source>
            <translation>Warning</translation>
        </message>
        <message>
            <source>✓ 没有提示</source>
            <translation>✓ Nothing found</translation>
        </message>
        <message>
            <source>预算</source>
            <translation>Budget</translation>
        </message>
        <message>
            <source>这些类别没有预算，按公司规定审批。</source>
            <translation>No budget for these categories; company rules apply.</translation>
        </message>
        <message>
            <source>截至 {when}</source>
            <translation>As of {when}</translation>
        </message>
        <message>
            <source>已用 {amount}</source>
            <translation>used {amount}</translation>
        </message>
        <message>
            <source>预留 {amount}</source>
            <translation>reserved {amount}</translation>
        </message>
        <message>
            <source>本单 {amount}</source>
            <translation>this {amount}</translation>
        </message>
        <message>
            <source>剩余 {amount}</source>
            <translation>left {amount}</translation>
        </message>
        <message>
            <source>经过</source>
            <translation>Trail</translation>
        </message>
        <message>
            <source>{who} 代 {other}</source>
            <translation>{who} for {other}</translation>
        </message>
        <message>
            <source>还没有同步过，经过从第一次同步开始。</source>
            <translation>Not synced yet; the trail begins with the first sync.</translation>
        </message>
    </context>
    <context>
        <name>ClaimEditor</name>
        <message>
            <source>添加医生</source>
            <translation>Add doctor</translation>
        </message>
        <message>
            <source>姓名、拼音或医院</source>
            <translation>Name, pinyin or hospital</translation>
        </message>
        <message>
            <source>明细</source>
            <translation>Lines</translation>
        </message>
        <message>
            <source>合计 {amount}</source>
            <translation>Total {amount}</translation>
        </message>
    </context>
    <context>
        <name>ClaimLineEditor</name>
        <message>
            <source>先在上面添加</source>
            <translation>add them above first</translation>
        </message>
        <message>
            <source>添加凭证</source>
            <translation>Add receipt</translation>
        </message>
        <message>
            <source>取下</source>
            <translation>Take off</translation>
        </message>
        <message>
            <source>取下这一行的凭证</source>
            <translation>Take the receipts off this line</translation>
        </message>
        <message>
            <source>删除这一行</source>
            <translation>Remove this line</translation>
        </message>
        <message>
            <source>金额写成 1,234.50 这样</source>
            <translation>Write amounts like 1,234.50</translation>
        </message>
        <message numerus="yes">
            <source>%n 张凭证</source>
            <translation>
                <numerusform>%n receipt</numerusform>
                <numerusform>%n receipts</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ColumnChart</name>
        <message numerus="yes">
            <source>近 %n 个月每月的拜访，从早到晚：{figures}</source>
            <translation>
                <numerusform>Visits in each of the last %n month, oldest first: {figures}</numerusform>
                <numerusform>Visits in each of the last %n months, oldest first: {figures}</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>ColumnNews</name>
        <message>
            <source>、</source>
            <translation>, </translation>
        </message>
        <message>
            <source>不用</source>
            <translation>No, thanks</translation>
        </message>
        <message>
            <source>这张表可以显示新的一列：{columns}。</source>
            <translation>This list can show a new column: {columns}.</translation>
        </message>
        <message>
            <source>显示</source>
            <translation>Show</translation>
        </message>
    </context>
    <context>
        <name>ColumnWords</name>
        <message>
            <source>职称与专业</source>
            <translation>Title and specialty</translation>
        </message>
        <message>
            <source>机构与科室</source>
            <translation>Institution, dept.</translation>
        </message>
        <message>
            <source>上次拜访</source>
            <translation>Last visit</translation>
        </message>
        <message>
            <source>该访日</source>
            <translation>Visit due</translation>
        </message>
        <message>
            <source>状态</source>
            <translation>State</translation>
        </message>
        <message>
            <source>同意</source>
            <translation>Consent</translation>
        </message>
        <message>
            <source>最近修改</source>
            <translation>Last change</translation>
        </message>
    </context>
    <context>
        <name>CompareView</name>
        <message>
            <source>两者</source>
            <translation>Both</translation>
        </message>
        <message>
            <source>两份资料没有不同的内容。</source>
            <translation>Nothing differs between the two.</translation>
        </message>
    </context>
    <context>
        <name>ConflictCard</name>
        <message>
            <source>删除还是保留</source>
            <translation>delete or keep</translation>
        </message>
        <message>
            <source>一个人删除了它，另一个人改了它；由你决定</source>
            <translation>One person deleted it, another one changed it; it is for you to decide</translation>
        </message>
        <message>
            <source>之后又改成了“{value}”</source>
            <translation>Changed again since, to '{value}'</translation>
        </message>
        <message>
            <source>两个人离线时都改了；其他字段已自动合并</source>
            <translation>Two people changed it while offline; all other fields were merged</translation>
        </message>
        <message>
            <source>冲突</source>
            <translation>Conflict</translation>
        </message>
        <message>
            <source>打开记录</source>
            <translation>Open record</translation>
        </message>
        <message>
            <source>问一下{name}…</source>
            <translation>Ask {name}…</translation>
        </message>
        <message>
            <source>不处理也不会丢：三个值都在历史里</source>
            <translation>Nothing is lost by waiting: all three values are in the history</translation>
        </message>
        <message>
            <source>不处理也不会丢：两边的内容都保留着</source>
            <translation>Nothing is lost by waiting: both sides are kept</translation>
        </message>
        <message>
            <source>{who}（{what}）：我这边是“{mine}”，你那边是“{theirs}”。哪个对？</source>
            <translation>{who} ({what}): I have '{mine}', you have '{theirs}'. Which one is right?</translation>
        </message>
        <message>
            <source>确认删除</source>
            <translation>Leave it deleted</translation>
        </message>
        <message>
            <source>保留这条记录</source>
            <translation>Keep the record</translation>
        </message>
        <message>
            <source>改用这个</source>
            <translation>Use this</translation>
        </message>
        <message>
            <source>恢复并采用</source>
            <translation>Bring it back with this</translation>
        </message>
        <message>
            <source>改为删除</source>
            <translation>Delete it</translation>
        </message>
        <message>
            <source>当前采用</source>
            <translation>In use</translation>
        </message>
        <message>
            <source>修改之前</source>
            <translation>Before</translation>
        </message>
        <message>
            <source>两个人改之前的值</source>
            <translation>The value before both changes</translation>
        </message>
        <message>
            <source>你 · 这台电脑</source>
            <translation>You · this computer</translation>
        </message>
        <message>
            <source>其他人</source>
            <translation>Somebody else</translation>
        </message>
        <message>
            <source>{when} 删除，先到服务器</source>
            <translation>Deleted {when}, reached the server first</translation>
        </message>
        <message>
            <source>{when} 删除，后到服务器</source>
            <translation>Deleted {when}, reached the server second</translation>
        </message>
        <message>
            <source>{when} 修改，先到服务器</source>
            <translation>Changed {when}, reached the server first</translation>
        </message>
        <message>
            <source>{when} 修改，后到服务器</source>
            <translation>Changed {when}, reached the server second</translation>
        </message>
        <message>
            <source>改过</source>
            <translation>changed</translation>
        </message>
        <message>
            <source>删除</source>
            <translation>deleted</translation>
        </message>
    </context>
    <context>
        <name>ConsentCard</name>
        <message>
            <source>同意</source>
            <translation>Consent</translation>
        </message>
        <message>
            <source>{channel} 未同意</source>
            <translation>{channel}: no consent</translation>
        </message>
        <message>
            <source>没有同意凭证，只能当面拜访。</source>
            <translation>No proof of consent: visits in person only.</translation>
        </message>
    </context>
    <context>
        <name>ContactCard</name>
        <message>
            <source>联系</source>
            <translation>Contact</translation>
        </message>
        <message numerus="yes">
            <source>%n 个值</source>
            <translation>
                <numerusform>%n value</numerusform>
                <numerusform>%n values</numerusform>
            </translation>
        </message>
        <message>
            <source>偏好</source>
            <translation>Prefers</translation>
        </message>
    </context>
    <context>
        <name>CustomerWords</name>
        <message>
            <source>是</source>
            <translation>Yes</translation>
        </message>
        <message>
            <source>否</source>
            <translation>No</translation>
        </message>
        <message>
            <source>；</source>
            <translation>; </translation>
        </message>
        <message>
            <source>（不在本机的记录）</source>
            <translation>(a record not on this computer)</translation>
        </message>
        <message>
            <source>{field}：{value}</source>
            <translation>{field}: {value}</translation>
        </message>
        <message>
            <source>、</source>
            <translation>, </translation>
        </message>
        <message>
            <source>（空）</source>
            <translation>(empty)</translation>
        </message>
        <message>
            <source>{field}：{old} → {new}</source>
            <translation>{field}: {old} → {new}</translation>
        </message>
        <message>
            <source>有人要删除，有人改过</source>
            <translation>deleted by one, changed by another</translation>
        </message>
        <message>
            <source>{fields}有冲突</source>
            <translation>{fields}: conflict</translation>
        </message>
        <message>
            <source>还没有拜访</source>
            <translation>not visited yet</translation>
        </message>
        <message>
            <source>{day}起该访</source>
            <translation>due since {day}</translation>
        </message>
        <message>
            <source>{day}前</source>
            <translation>due by {day}</translation>
        </message>
        <message numerus="yes">
            <source>%n 天前</source>
            <translation>
                <numerusform>%n day ago</numerusform>
                <numerusform>%n days ago</numerusform>
            </translation>
        </message>
        <message>
            <source>主</source>
            <translation>main</translation>
        </message>
        <message>
            <source>（未知机构）</source>
            <translation>(unknown institution)</translation>
        </message>
        <message>
            <source>{name}（{notes}）</source>
            <translation>{name} ({notes})</translation>
        </message>
        <message>
            <source>，</source>
            <translation>, </translation>
        </message>
        <message>
            <source>有冲突</source>
            <translation>Conflict</translation>
        </message>
        <message numerus="yes">
            <source>%n 分钟</source>
            <translation>
                <numerusform>%n min</numerusform>
                <numerusform>%n min</numerusform>
            </translation>
        </message>
        <message>
            <source>就这次拜访回访…</source>
            <translation>Call back about this visit…</translation>
        </message>
        <message>
            <source>保存于 {moment}</source>
            <translation>Saved {moment}</translation>
        </message>
        <message>
            <source>按 V 接着写</source>
            <translation>Go on with V</translation>
        </message>
        <message>
            <source>报告没写完</source>
            <translation>Report begun</translation>
        </message>
        <message>
            <source>与{names}协访</source>
            <translation>joint visit with {names}</translation>
        </message>
        <message>
            <source>{who}回访</source>
            <translation>by {who}</translation>
        </message>
        <message>
            <source>回访：{outcome}</source>
            <translation>Called back: {outcome}</translation>
        </message>
        <message>
            <source>已兑现：{step}</source>
            <translation>Kept: {step}</translation>
        </message>
        <message>
            <source>下一步 {day} {step}</source>
            <translation>Next step {day} {step}</translation>
        </message>
        <message>
            <source>{day}拜访时答应</source>
            <translation>promised {day}</translation>
        </message>
        <message>
            <source>未定日期</source>
            <translation>No date</translation>
        </message>
        <message numerus="yes">
            <source>逾期 %n 天</source>
            <translation>
                <numerusform>%n day late</numerusform>
                <numerusform>%n days late</numerusform>
            </translation>
        </message>
        <message>
            <source>今天到期</source>
            <translation>Due today</translation>
        </message>
        <message>
            <source>{day}拜访时问到</source>
            <translation>asked {day}</translation>
        </message>
        <message>
            <source>同名</source>
            <translation>same name</translation>
        </message>
        <message>
            <source>拼音相同</source>
            <translation>same reading</translation>
        </message>
        <message>
            <source>同一医院</source>
            <translation>same hospital</translation>
        </message>
        <message>
            <source>同一电话</source>
            <translation>same number</translation>
        </message>
        <message>
            <source>已删除</source>
            <translation>Deleted</translation>
        </message>
        <message>
            <source>已恢复</source>
            <translation>Brought back</translation>
        </message>
        <message>
            <source>另一台电脑上也写了，合在一起</source>
            <translation>Written on another computer too, put together</translation>
        </message>
        <message>
            <source>因合并机构</source>
            <translation>by a merge of institutions</translation>
        </message>
        <message>
            <source>因合并医生</source>
            <translation>by a merge of doctors</translation>
        </message>
        <message>
            <source>原因：{reason}</source>
            <translation>Reason: {reason}</translation>
        </message>
        <message>
            <source>服务器</source>
            <translation>Server</translation>
        </message>
        <message>
            <source>{field}改回 {value}</source>
            <translation>{field}: back to {value}</translation>
        </message>
    </context>
    <context>
        <name>CustomersBar</name>
        <message>
            <source>客户类型</source>
            <translation>Kind of customer</translation>
        </message>
        <message>
            <source>姓名、拼音、医院或科室</source>
            <translation>Name, pinyin, hospital</translation>
        </message>
        <message>
            <source>筛选客户</source>
            <translation>Filter customers</translation>
        </message>
        <message>
            <source>列</source>
            <translation>Columns</translation>
        </message>
        <message>
            <source>导入</source>
            <translation>Import</translation>
        </message>
        <message>
            <source>新建医生</source>
            <translation>New doctor</translation>
        </message>
        <message>
            <source>新建机构</source>
            <translation>New institution</translation>
        </message>
        <message numerus="yes">
            <source>%n 位医生</source>
            <translation>
                <numerusform>%n doctor</numerusform>
                <numerusform>%n doctors</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 家机构</source>
            <translation>
                <numerusform>%n institution</numerusform>
                <numerusform>%n institutions</numerusform>
            </translation>
        </message>
        <message>
            <source>筛选 {count}</source>
            <translation>Filter {count}</translation>
        </message>
        <message>
            <source>筛选</source>
            <translation>Filter</translation>
        </message>
    </context>
    <context>
        <name>CustomersPage</name>
        <message>
            <source>客户</source>
            <translation>Customers</translation>
        </message>
        <message>
            <source>客户列表</source>
            <translation>Customers</translation>
        </message>
        <message>
            <source>先筛选，再保存：输入文字或按 Alt+F 选条件。</source>
            <translation>Narrow the list down first: type something, or press Alt+F for conditions.</translation>
        </message>
        <message>
            <source>还没有保存的筛选。按 Alt+S 保存当前的条件。</source>
            <translation>No filter is kept yet. Alt+S keeps the present conditions.</translation>
        </message>
        <message>
            <source>管理筛选</source>
            <translation>Kept filters</translation>
        </message>
        <message>
            <source>排序：{column}</source>
            <translation>Sorted by: {column}</translation>
        </message>
        <message>
            <source>“{text}”</source>
            <translation>'{text}'</translation>
        </message>
        <message>
            <source>显示哪些列</source>
            <translation>Columns</translation>
        </message>
        <message>
            <source>上一次批量修改还在进行。</source>
            <translation>The last change is still under way.</translation>
        </message>
        <message>
            <source>你的角色只能查看客户。</source>
            <translation>Your role may only look at customers.</translation>
        </message>
        <message>
            <source>先选中客户：Shift 或 Ctrl 加点击，Ctrl+A 全选。</source>
            <translation>Choose customers first: click with Shift or Ctrl, Ctrl+A takes all.</translation>
        </message>
        <message>
            <source>先选中两位医生或两家机构，再合并。</source>
            <translation>Choose two doctors or two institutions first.</translation>
        </message>
        <message>
            <source>新建医生</source>
            <translation>New doctor</translation>
        </message>
        <message>
            <source>新建机构</source>
            <translation>New institution</translation>
        </message>
        <message>
            <source>没有客户符合这些条件。</source>
            <translation>No customer meets these conditions.</translation>
        </message>
        <message>
            <source>清除条件</source>
            <translation>Clear the conditions</translation>
        </message>
        <message>
            <source>没有找到。换个写法试试：汉字、全拼、首字母或医院名都可以。</source>
            <translation>Nothing found. Try characters, full pinyin, initials or the hospital's name.</translation>
        </message>
        <message>
            <source>这里还没有客户。同步后辖区的客户会出现在这里；也可以导入一份表格。</source>
            <translation>No customers yet. Those of your territory come with the next sync; you can also import a sheet.</translation>
        </message>
        <message>
            <source>导入客户</source>
            <translation>Import customers</translation>
        </message>
    </context>
    <context>
        <name>CycleCard</name>
        <message>
            <source>本季度拜访</source>
            <translation>Visits this quarter</translation>
        </message>
        <message numerus="yes">
            <source>%n 次</source>
            <translation>
                <numerusform>%n visit</numerusform>
                <numerusform>%n visits</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>上季度 %n 次</source>
            <translation>
                <numerusform>%n last quarter</numerusform>
                <numerusform>%n last quarter</numerusform>
            </translation>
        </message>
        <message>
            <source>近 12 个月</source>
            <translation>Last 12 months</translation>
        </message>
        <message>
            <source>月均 {mean}</source>
            <translation>{mean} a month</translation>
        </message>
    </context>
    <context>
        <name>CycleHead</name>
        <message>
            <source>没有周期计划</source>
            <translation>No cycle plan</translation>
        </message>
        <message>
            <source>第 {week} 周，共 {weeks} 周</source>
            <translation>Week {week} of {weeks}</translation>
        </message>
        <message>
            <source>辖区的周期计划</source>
            <translation>Cycle plans by territory</translation>
        </message>
        <message>
            <source>按“周期计划”定下目标。</source>
            <translation>Set the goals with 'Cycle plan'.</translation>
        </message>
        <message>
            <source>经理定下周期计划后，这里会显示目标和还差的次数。</source>
            <translation>Once the manager has made a cycle plan, goals and what is left stand here.</translation>
        </message>
        <message numerus="yes">
            <source>还剩 %n 个工作日</source>
            <translation>
                <numerusform>%n working day left</numerusform>
                <numerusform>%n working days left</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>还能排 %n 次</source>
            <translation>
                <numerusform>room for %n visit</numerusform>
                <numerusform>room for %n visits</numerusform>
            </translation>
        </message>
        <message>
            <source>、</source>
            <translation>, </translation>
        </message>
        <message>
            <source>{years} 年的放假安排未知</source>
            <translation>holidays of {years} not known</translation>
        </message>
        <message numerus="yes">
            <source>%n 位医生超过最多次数</source>
            <translation>
                <numerusform>%n doctor above the maximum</numerusform>
                <numerusform>%n doctors above the maximum</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 位医生未分类</source>
            <translation>
                <numerusform>%n doctor without a class</numerusform>
                <numerusform>%n doctors without a class</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>CyclePlanDialog</name>
        <message>
            <source>周期计划</source>
            <translation>Cycle plan</translation>
        </message>
        <message>
            <source>新建周期计划</source>
            <translation>New cycle plan</translation>
        </message>
        <message>
            <source>目标按医生分类设定；方式的权重决定一次拜访算几次。</source>
            <translation>Goals are set by class of doctor; the weight of a channel says how much a visit counts.</translation>
        </message>
        <message>
            <source>下面的数字取自上一个周期“{name}”，可以改。</source>
            <translation> The numbers below are those of the last cycle, '{name}'; change what is different now.</translation>
        </message>
        <message>
            <source>保存</source>
            <translation>Save</translation>
        </message>
        <message>
            <source>目标</source>
            <translation>Goal</translation>
        </message>
        <message>
            <source>最多</source>
            <translation>Maximum</translation>
        </message>
        <message>
            <source>{name} 目标</source>
            <translation>{name} goal</translation>
        </message>
        <message>
            <source>{name} 最多</source>
            <translation>{name} maximum</translation>
        </message>
        <message>
            <source>{name} 权重</source>
            <translation>{name} weight</translation>
        </message>
    </context>
    <context>
        <name>DateField</name>
        <message>
            <source>看不懂日期“{text}”。可以写 2026-11-30、11-30、30、+3、明天或周五。</source>
            <translation>'{text}' cannot be read as a date. Write 2026-11-30, 11-30, 30, +3, tomorrow or Fri.</translation>
        </message>
        <message>
            <source>不设日期</source>
            <translation>No date</translation>
        </message>
        <message>
            <source>明天 · {day}</source>
            <translation>Tomorrow · {day}</translation>
        </message>
        <message>
            <source>{days} 天后 · {day}</source>
            <translation>In {days} days · {day}</translation>
        </message>
        <message>
            <source>选日期</source>
            <translation>Pick a date</translation>
        </message>
        <message>
            <source>可以输入 11-30、30、+3、明天、周五；回车打开日历</source>
            <translation>Type 11-30, 30, +3, tomorrow or Fri; Enter opens the calendar</translation>
        </message>
    </context>
    <context>
        <name>DateQuestion</name>
        <message>
            <source>“{column}”里的 {value} 是</source>
            <translation>{value} in '{column}' is</translation>
        </message>
    </context>
    <context>
        <name>DayOffDialog</name>
        <message>
            <source>不在岗</source>
            <translation>Days off</translation>
        </message>
        <message>
            <source>这些时间不排拜访，容量也会相应减少。</source>
            <translation>Nothing is planned then, and the capacity is less by it.</translation>
        </message>
        <message>
            <source>保存</source>
            <translation>Save</translation>
        </message>
    </context>
    <context>
        <name>DecisionBox</name>
        <message>
            <source>驳回</source>
            <translation>Reject</translation>
        </message>
        <message>
            <source>裁定</source>
            <translation>Settle</translation>
        </message>
        <message>
            <source>退回</source>
            <translation>Send back</translation>
        </message>
        <message>
            <source>写明原因，申请人会看到</source>
            <translation>Say why; the claimant will read it</translation>
        </message>
        <message>
            <source>审批意见</source>
            <translation>Decision comment</translation>
        </message>
        <message>
            <source>裁定结果</source>
            <translation>Outcome of the dispute</translation>
        </message>
        <message>
            <source>驳回原因</source>
            <translation>Reason for rejecting</translation>
        </message>
        <message>
            <source>取消</source>
            <translation>Cancel</translation>
        </message>
        <message>
            <source>选择结果…</source>
            <translation>Choose the outcome…</translation>
        </message>
        <message>
            <source>先选裁定结果。</source>
            <translation>Choose the outcome first.</translation>
        </message>
        <message>
            <source>还没有写原因：申请人要知道为什么。</source>
            <translation>There is no reason yet: the claimant has to know why.</translation>
        </message>
    </context>
    <context>
        <name>DoctorPage</name>
        <message>
            <source>客户</source>
            <translation>Customers</translation>
        </message>
        <message>
            <source>在页面上直接修改资料</source>
            <translation>Edit in place</translation>
        </message>
        <message>
            <source>时间线内容</source>
            <translation>What the timeline shows</translation>
        </message>
        <message>
            <source>只看一个字段的修改</source>
            <translation>Changes of one field</translation>
        </message>
        <message>
            <source>医生资料分页</source>
            <translation>Tabs of the doctor</translation>
        </message>
        <message>
            <source>这里没有你未兑现的承诺。</source>
            <translation>No open promise of yours here.</translation>
        </message>
        <message>
            <source>这里没有你待答复的提问。</source>
            <translation>No question here waits for your answer.</translation>
        </message>
        <message>
            <source>医生已删除，可以撤销</source>
            <translation>Doctor deleted; you can undo it</translation>
        </message>
        <message>
            <source>时间线</source>
            <translation>Timeline</translation>
        </message>
        <message>
            <source>资料</source>
            <translation>Profile</translation>
        </message>
        <message>
            <source>跟进</source>
            <translation>Follow-up</translation>
        </message>
        <message>
            <source>费用</source>
            <translation>Expenses</translation>
        </message>
        <message>
            <source>同意与隐私</source>
            <translation>Consent and privacy</translation>
        </message>
        <message>
            <source>修改历史</source>
            <translation>History</translation>
        </message>
        <message>
            <source>跟进 {count}</source>
            <translation>Follow-up {count}</translation>
        </message>
        <message>
            <source>费用 ¥{amount}</source>
            <translation>Expenses ¥{amount}</translation>
        </message>
        <message>
            <source>全部</source>
            <translation>All</translation>
        </message>
        <message>
            <source>拜访 {count}</source>
            <translation>Visits {count}</translation>
        </message>
        <message>
            <source>费用 {count}</source>
            <translation>Expenses {count}</translation>
        </message>
        <message>
            <source>回访 {count}</source>
            <translation>Call-backs {count}</translation>
        </message>
        <message>
            <source>用途</source>
            <translation>Purpose</translation>
        </message>
        <message>
            <source>学术信息沟通；撤回同意后立即停止使用相应方式</source>
            <translation>Scientific information; a channel is no longer used once its consent is withdrawn</translation>
        </message>
        <message>
            <source>同意的变化</source>
            <translation>Changes of consent</translation>
        </message>
        <message>
            <source>还没有拜访。按 V 写第一份报告。</source>
            <translation>No visits yet. Press V to write the first report.</translation>
        </message>
        <message>
            <source>没有与这位医生有关的费用。</source>
            <translation>No expenses with this doctor.</translation>
        </message>
        <message>
            <source>没有修改记录。同步之后，每次修改由谁、何时、改了什么都在这里。</source>
            <translation>No changes recorded. After a sync each change stands here: who, when and what.</translation>
        </message>
    </context>
    <context>
        <name>DuplicatesPage</name>
        <message>
            <source>客户</source>
            <translation>Customers</translation>
        </message>
        <message>
            <source>种类</source>
            <translation>Kind</translation>
        </message>
        <message>
            <source>返回客户</source>
            <translation>Back to customers</translation>
        </message>
        <message numerus="yes">
            <source>%n 组待处理</source>
            <translation>
                <numerusform>%n pair to look at</numerusform>
                <numerusform>%n pairs to look at</numerusform>
            </translation>
        </message>
        <message>
            <source>{one} / {other}</source>
            <translation>{one} / {other}</translation>
        </message>
        <message>
            <source>{who} 提议合并</source>
            <translation>proposed by {who}</translation>
        </message>
        <message>
            <source>管理员</source>
            <translation>An administrator</translation>
        </message>
        <message>
            <source>{who} 决定</source>
            <translation>decided by {who}</translation>
        </message>
        <message>
            <source>等待发送</source>
            <translation>Waits to be sent</translation>
        </message>
        <message>
            <source>提议</source>
            <translation>Proposed</translation>
        </message>
        <message>
            <source>已合并</source>
            <translation>Merged</translation>
        </message>
        <message>
            <source>已恢复</source>
            <translation>Restored</translation>
        </message>
        <message>
            <source>已决定，保存在本机；服务器处理后生效。</source>
            <translation>Decided and saved here; the server does it at the next sync.</translation>
        </message>
        <message>
            <source>已合并。恢复会把移过去的内容放回原处，之后的修改不受影响。</source>
            <translation>Merged. Restoring puts back what was moved; later changes stay.</translation>
        </message>
        <message>
            <source>{who} 提议合并。{note}</source>
            <translation>{who} proposes to merge them. {note}</translation>
        </message>
        <message>
            <source>已决定合并，保存在本机</source>
            <translation>Merge decided, saved here</translation>
        </message>
        <message>
            <source>已提议，等经理决定</source>
            <translation>Proposed; the manager decides</translation>
        </message>
        <message>
            <source>已决定不合并</source>
            <translation>Decided: not merged</translation>
        </message>
        <message>
            <source>已决定恢复，保存在本机</source>
            <translation>Restoration decided, saved here</translation>
        </message>
        <message>
            <source>提议已撤回</source>
            <translation>Proposal withdrawn</translation>
        </message>
        <message>
            <source>不再提示这一组。</source>
            <translation>This pair is not suggested again.</translation>
        </message>
    </context>
    <context>
        <name>DuplicatesWords</name>
        <message>
            <source>可能重复的机构</source>
            <translation>Possible duplicates</translation>
        </message>
        <message>
            <source>可能重复的医生</source>
            <translation>Possible duplicates</translation>
        </message>
        <message>
            <source>没有可能重复的机构：名称、别名或曾用名很可能是同一家的，会列在这里。</source>
            <translation>No possible duplicates: institutions whose names, aliases or former names are most likely one are listed here.</translation>
        </message>
        <message>
            <source>没有可能重复的医生：姓名或拼音相同，并且医院或电话也相同的，会列在这里。</source>
            <translation>No possible duplicates: doctors of one name or reading at one hospital or number are listed here.</translation>
        </message>
        <message>
            <source>已合并到 {name}。</source>
            <translation>Merged into {name}.</translation>
        </message>
        <message>
            <source>打开 {name}</source>
            <translation>Open {name}</translation>
        </message>
        <message>
            <source>{who} 提议把 {other} 合并到 {kept}。</source>
            <translation>{who} proposes to merge {other} into {kept}.</translation>
        </message>
        <message>
            <source>查看</source>
            <translation>Look</translation>
        </message>
        <message>
            <source>{other} 已合并进来，可以恢复。</source>
            <translation>{other} was merged into this one and can be restored.</translation>
        </message>
        <message>
            <source>{name}（{place}）</source>
            <translation>{name} ({place})</translation>
        </message>
        <message>
            <source>可能与 {name} 是同一家机构：{why}。</source>
            <translation>May be the same institution as {name}: {why}.</translation>
        </message>
        <message>
            <source>可能与 {name} 是同一人：{why}。</source>
            <translation>May be the same person as {name}: {why}.</translation>
        </message>
        <message>
            <source>对照</source>
            <translation>Compare</translation>
        </message>
        <message numerus="yes">
            <source>%n 次拜访</source>
            <translation>
                <numerusform>%n visit</numerusform>
                <numerusform>%n visits</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 个科室</source>
            <translation>
                <numerusform>%n department</numerusform>
                <numerusform>%n departments</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 位医生</source>
            <translation>
                <numerusform>%n doctor</numerusform>
                <numerusform>%n doctors</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 个执业机构</source>
            <translation>
                <numerusform>%n affiliation</numerusform>
                <numerusform>%n affiliations</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 个附件</source>
            <translation>
                <numerusform>%n file</numerusform>
                <numerusform>%n files</numerusform>
            </translation>
        </message>
        <message>
            <source>右边的 {what}会转到左边。</source>
            <translation>Moves from right to left: {what}. </translation>
        </message>
        <message>
            <source>右边的名称成为左边的别名，右边的机构不再列出，可以恢复。报销单保持提交时的内容。</source>
            <translation>The name on the right becomes an alias on the left; the right one is no longer listed and can be restored. Claims stay as they were submitted.</translation>
        </message>
        <message>
            <source>右边的医生标记为已合并，可以恢复。报销单保持提交时的内容。</source>
            <translation>The right one is marked as merged and can be restored. Claims stay as they were submitted.</translation>
        </message>
    </context>
    <context>
        <name>EmptyState</name>
        <message>
            <source>正在查找…</source>
            <translation>Looking…</translation>
        </message>
    </context>
    <context>
        <name>EvidenceList</name>
        <message>
            <source>同意凭证</source>
            <translation>Evidence</translation>
        </message>
        <message>
            <source>还没有凭证文件。拍下签好的同意书，或附上短信、邮件的截图。</source>
            <translation>No file yet. Photograph the signed form, or attach a picture of the message.</translation>
        </message>
        <message>
            <source>选择凭证文件</source>
            <translation>Choose a file</translation>
        </message>
        <message>
            <source>凭证已保存在本机</source>
            <translation>Evidence saved here</translation>
        </message>
        <message>
            <source>保存副本</source>
            <translation>Save a copy</translation>
        </message>
        <message>
            <source>副本已保存，不再受 crmdesk 的加密保护。</source>
            <translation>Copy saved; it is no longer protected by crmdesk's encryption.</translation>
        </message>
    </context>
    <context>
        <name>ExpensesPage</name>
        <message>
            <source>费用</source>
            <translation>Expenses</translation>
        </message>
        <message>
            <source>按状态筛选</source>
            <translation>Filter by state</translation>
        </message>
        <message>
            <source>报销单</source>
            <translation>Claims</translation>
        </message>
        <message>
            <source>还没有报销单。拜访里按“费用”，或在这里新建一张。</source>
            <translation>No claims yet. Press 'Expense' in a visit, or make one here.</translation>
        </message>
        <message>
            <source>新建报销</source>
            <translation>New claim</translation>
        </message>
        <message numerus="yes">
            <source>%n 张报销单</source>
            <translation>
                <numerusform>%n claim</numerusform>
                <numerusform>%n claims</numerusform>
            </translation>
        </message>
        <message>
            <source>全部</source>
            <translation>All</translation>
        </message>
        <message>
            <source>待提交</source>
            <translation>To submit</translation>
        </message>
        <message>
            <source>处理中</source>
            <translation>In progress</translation>
        </message>
        <message>
            <source>费用报销 {day}</source>
            <translation>Expenses {day}</translation>
        </message>
        <message>
            <source>拜访费用 · {names}</source>
            <translation>Visit expenses · {names}</translation>
        </message>
        <message>
            <source>拜访费用</source>
            <translation>Visit expenses</translation>
        </message>
        <message>
            <source>已从报销单去掉 {names}</source>
            <translation>{names} taken off the claim</translation>
        </message>
        <message>
            <source>已删除这一行</source>
            <translation>The line is removed</translation>
        </message>
        <message>
            <source>已提交，待同步：{title}</source>
            <translation>Submitted, waiting to sync: {title}</translation>
        </message>
        <message>
            <source>已撤回，同步后可以修改</source>
            <translation>Recalled; it can be edited after the sync</translation>
        </message>
        <message>
            <source>已删除报销单：{title}</source>
            <translation>Claim deleted: {title}</translation>
        </message>
        <message>
            <source>选择凭证</source>
            <translation>Choose receipts</translation>
        </message>
        <message>
            <source>凭证 (*.jpg *.jpeg *.png *.pdf *.ofd *.xml)</source>
            <translation>Receipts (*.jpg *.jpeg *.png *.pdf *.ofd *.xml)</translation>
        </message>
    </context>
    <context>
        <name>ExportDialog</name>
        <message>
            <source>只有：{narrowed}。</source>
            <translation>Only {narrowed}. </translation>
        </message>
        <message>
            <source>导出会记录：谁、什么时候、导出了什么、多少行；文件里也写明。请按公司规定保管。</source>
            <translation>Every export is noted: who, when, what and how many rows; the file says so too. Keep it as the company's rules say.</translation>
        </message>
        <message>
            <source>导出{what}</source>
            <translation>Export: {what}</translation>
        </message>
        <message>
            <source>选择位置…</source>
            <translation>Choose place…</translation>
        </message>
        <message>
            <source>文件格式</source>
            <translation>File format</translation>
        </message>
        <message>
            <source>导出到</source>
            <translation>Export to</translation>
        </message>
        <message>
            <source>已写 {done} / {total} 行</source>
            <translation>{done} of {total} rows written</translation>
        </message>
    </context>
    <context>
        <name>FilterNameDialog</name>
        <message>
            <source>保存筛选</source>
            <translation>Keep this filter</translation>
        </message>
        <message>
            <source>名称</source>
            <translation>Name</translation>
        </message>
        <message>
            <source>例如：A 类久未拜访</source>
            <translation>For example: class A, long not seen</translation>
        </message>
        <message>
            <source>取消</source>
            <translation>Cancel</translation>
        </message>
        <message>
            <source>保存</source>
            <translation>Keep</translation>
        </message>
        <message>
            <source>先给筛选起个名称。</source>
            <translation>Give the filter a name first.</translation>
        </message>
        <message>
            <source>保存在本机，只有你看得到。</source>
            <translation>Kept on this laptop; only you see it.</translation>
        </message>
        <message>
            <source>已有同名的筛选，保存后替换它。</source>
            <translation>There is a filter of this name; it will be replaced.</translation>
        </message>
    </context>
    <context>
        <name>FilterPanel</name>
        <message>
            <source>筛选条件</source>
            <translation>Conditions</translation>
        </message>
        <message>
            <source>收起</source>
            <translation>Close</translation>
        </message>
        <message>
            <source>医院名或拼音</source>
            <translation>Hospital or pinyin</translation>
        </message>
        <message>
            <source>只看这家机构的医生</source>
            <translation>Only doctors of this institution</translation>
        </message>
    </context>
    <context>
        <name>FilterStrip</name>
        <message>
            <source>全部</source>
            <translation>All</translation>
        </message>
        <message>
            <source>保存的筛选</source>
            <translation>Kept filters</translation>
        </message>
        <message numerus="yes">
            <source>已选 %n 位医生</source>
            <translation>
                <numerusform>%n doctor chosen</numerusform>
                <numerusform>%n doctors chosen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>已选 %n 家机构</source>
            <translation>
                <numerusform>%n institution chosen</numerusform>
                <numerusform>%n institutions chosen</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>FilterWords</name>
        <message>
            <source>该做的</source>
            <translation>To do</translation>
        </message>
        <message>
            <source>上次拜访</source>
            <translation>Last visit</translation>
        </message>
        <message>
            <source>该拜访了</source>
            <translation>Visit due</translation>
        </message>
        <message>
            <source>承诺到期</source>
            <translation>Promise due</translation>
        </message>
        <message>
            <source>不限</source>
            <translation>Any</translation>
        </message>
        <message>
            <source>从未拜访</source>
            <translation>Never</translation>
        </message>
        <message>
            <source>本周期还没见</source>
            <translation>Not seen this cycle</translation>
        </message>
        <message>
            <source>未分类</source>
            <translation>No class</translation>
        </message>
        <message>
            <source>都未同意</source>
            <translation>No consent</translation>
        </message>
        <message numerus="yes">
            <source>%n 天内见过</source>
            <translation>
                <numerusform>Within %n day</numerusform>
                <numerusform>Within %n days</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>超过 %n 天未见</source>
            <translation>
                <numerusform>Not for %n day</numerusform>
                <numerusform>Not for %n days</numerusform>
            </translation>
        </message>
        <message>
            <source>该拜访：周期计划的目标没完成，也到了间隔。</source>
            <translation>Due: the goal of the cycle plan is open and the interval has passed. </translation>
        </message>
        <message>
            <source>该拜访：A、B 类满 {days} 天未见。</source>
            <translation>Due: class A or B not seen for {days} days.</translation>
        </message>
        <message>
            <source>没有周期计划的辖区：A、B 类满 {days} 天未见。</source>
            <translation>Where a territory has no cycle plan: class A or B not seen for {days} days.</translation>
        </message>
    </context>
    <context>
        <name>FoldedPicklist</name>
        <message numerus="yes">
            <source>另有 %n 个选项</source>
            <translation>
                <numerusform>%n more choice</numerusform>
                <numerusform>%n more choices</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>FormDialog</name>
        <message>
            <source>取消</source>
            <translation>Cancel</translation>
        </message>
        <message>
            <source>保存</source>
            <translation>Save</translation>
        </message>
    </context>
    <context>
        <name>FormDraft</name>
        <message>
            <source>上次没有保存的内容还在这里。</source>
            <translation>What you had not saved is still here.</translation>
        </message>
        <message>
            <source>不要了</source>
            <translation>Discard</translation>
        </message>
        <message>
            <source>（没有名字）</source>
            <translation>(no name)</translation>
        </message>
        <message>
            <source>还有一份没有保存的：{name}</source>
            <translation>One was not saved: {name}</translation>
        </message>
        <message>
            <source>接着填</source>
            <translation>Go on with it</translation>
        </message>
    </context>
    <context>
        <name>GivenUpCard</name>
        <message>
            <source>放弃的更改（保留 30 天）</source>
            <translation>Given up (kept for 30 days)</translation>
        </message>
        <message numerus="yes">
            <source>还有 %n 项</source>
            <translation>
                <numerusform>and %n more</numerusform>
                <numerusform>and %n more</numerusform>
            </translation>
        </message>
        <message>
            <source>放回待处理</source>
            <translation>Put back</translation>
        </message>
    </context>
    <context>
        <name>HistoryList</name>
        <message>
            <source>已改回，保存在本机。改之前的值也在历史里。</source>
            <translation>It is back, saved here. The value from before is in the history too.</translation>
        </message>
    </context>
    <context>
        <name>HospitalDialog</name>
        <message>
            <source>“{name}”是哪一家？</source>
            <translation>Which hospital is '{name}'?</translation>
        </message>
        <message numerus="yes">
            <source>第 {number} 家，共 {count} 家 · 文件里有 %n 行 · 按数字键选择</source>
            <translation>
                <numerusform>{number} of {count} · %n row of the file · choose by digit</numerusform>
                <numerusform>{number} of {count} · %n rows of the file · choose by digit</numerusform>
            </translation>
        </message>
        <message>
            <source>导入已确定的 {count} 家</source>
            <translation>Import the {count} that are decided</translation>
        </message>
        <message>
            <source>上一家</source>
            <translation>Previous</translation>
        </message>
        <message>
            <source>已选</source>
            <translation>Chosen</translation>
        </message>
        <message>
            <source>0  都不是：新建“{name}”</source>
            <translation>0  None of these: make '{name}'</translation>
        </message>
    </context>
    <context>
        <name>ImportPage</name>
        <message>
            <source>导入</source>
            <translation>Import</translation>
        </message>
        <message>
            <source>客户</source>
            <translation>Customers</translation>
        </message>
        <message>
            <source>把医生或机构的名单拖到这里，或选择一个文件。可以是 csv、xlsx、xls、ods 或 vcf；先看预览，再决定导入。</source>
            <translation>Drop a list of doctors or institutions here, or choose a file: csv, xlsx, xls, ods, or an address book (vcf). You see a preview before anything is imported.</translation>
        </message>
        <message>
            <source>选择文件…</source>
            <translation>Choose file…</translation>
        </message>
        <message>
            <source>名单是</source>
            <translation>List of</translation>
        </message>
        <message>
            <source>工作表</source>
            <translation>Sheet</translation>
        </message>
        <message>
            <source>放进辖区</source>
            <translation>Into territory</translation>
        </message>
        <message>
            <source>预览</source>
            <translation>Preview</translation>
        </message>
        <message>
            <source>打开客户</source>
            <translation>Open customers</translation>
        </message>
        <message>
            <source>撤回本次导入…</source>
            <translation>Take this import back…</translation>
        </message>
        <message>
            <source>撤回导入…</source>
            <translation>Take an import back…</translation>
        </message>
        <message>
            <source>最近的导入</source>
            <translation>The last import</translation>
        </message>
        <message>
            <source>选择名单</source>
            <translation>Choose a list</translation>
        </message>
        <message>
            <source>名单 (*.csv *.tsv *.txt *.xlsx *.xlsm *.xls *.ods *.vcf)</source>
            <translation>Lists (*.csv *.tsv *.txt *.xlsx *.xlsm *.xls *.ods *.vcf)</translation>
        </message>
        <message>
            <source>所有文件 (*)</source>
            <translation>All files (*)</translation>
        </message>
        <message>
            <source>正在读取…</source>
            <translation>Reading…</translation>
        </message>
        <message>
            <source>{file}：{reason}</source>
            <translation>{file}: {reason}</translation>
        </message>
        <message>
            <source>各列沿用你 {day} 对同样表头的文件所做的选择。</source>
            <translation>The columns are as you chose them on {day} for a file with the same headings.</translation>
        </message>
        <message numerus="yes">
            <source>预览前 %n 行。每一列导入成什么，在列名下面改；要导入的列排在前面。</source>
            <translation>
                <numerusform>The first row. Change below a column's name what it becomes; columns to be imported stand first.</numerusform>
                <numerusform>The first %n rows. Change below a column's name what it becomes; columns to be imported stand first.</numerusform>
            </translation>
        </message>
        <message>
            <source>已忘掉，各列重新自动识别。</source>
            <translation>Forgotten; the columns are guessed again.</translation>
        </message>
        <message>
            <source>导入完成：新建 {count} 条。结果在导入页。</source>
            <translation>Import done: {count} made. The result is on the import page.</translation>
        </message>
        <message>
            <source>保存结果</source>
            <translation>Save result</translation>
        </message>
        <message>
            <source>{file} 导入结果.csv</source>
            <translation>{file} import result.csv</translation>
        </message>
        <message>
            <source>结果没有写成：{reason}</source>
            <translation>The result was not written: {reason}</translation>
        </message>
        <message>
            <source>结果已保存到 {file}</source>
            <translation>Result saved to {file}</translation>
        </message>
    </context>
    <context>
        <name>ImportResult</name>
        <message>
            <source>行号</source>
            <translation>Row</translation>
        </message>
        <message>
            <source>结果</source>
            <translation>Result</translation>
        </message>
        <message>
            <source>名称</source>
            <translation>Name</translation>
        </message>
        <message>
            <source>原因</source>
            <translation>Reason</translation>
        </message>
        <message>
            <source>代码</source>
            <translation>Code</translation>
        </message>
        <message>
            <source>新建</source>
            <translation>Made</translation>
        </message>
        <message>
            <source>已有，未改动</source>
            <translation>Known, unchanged</translation>
        </message>
        <message>
            <source>疑似重复，放在一边</source>
            <translation>Likely duplicates, set aside</translation>
        </message>
        <message>
            <source>没有导入</source>
            <translation>Not imported</translation>
        </message>
        <message>
            <source>需要看一下的行</source>
            <translation>Rows to look at</translation>
        </message>
        <message>
            <source>没有需要看的行。</source>
            <translation>No rows need a look.</translation>
        </message>
        <message>
            <source>重复导入不会新建两次</source>
            <translation>Importing again makes nothing twice</translation>
        </message>
        <message>
            <source>导入已停止。停止之前写入的都保留着；再导入同一个文件会接着做完。</source>
            <translation>The import was stopped. What was written before is kept; importing the same file again completes it.</translation>
        </message>
        <message>
            <source>全部 {count}</source>
            <translation>All {count}</translation>
        </message>
        <message>
            <source>没有导入 {count}</source>
            <translation>Not imported {count}</translation>
        </message>
        <message>
            <source>放在一边 {count}</source>
            <translation>Set aside {count}</translation>
        </message>
        <message>
            <source>请核对 {count}</source>
            <translation>To check {count}</translation>
        </message>
        <message>
            <source>第 {row} 行</source>
            <translation>Row {row}</translation>
        </message>
    </context>
    <context>
        <name>InstitutionPage</name>
        <message>
            <source>客户</source>
            <translation>Customers</translation>
        </message>
        <message>
            <source>这里的医生</source>
            <translation>Doctors here</translation>
        </message>
        <message>
            <source>机构资料分页</source>
            <translation>Tabs of the institution</translation>
        </message>
        <message>
            <source>资料</source>
            <translation>Profile</translation>
        </message>
        <message>
            <source>科室</source>
            <translation>Departments</translation>
        </message>
        <message>
            <source>{other} 已合并到 {kept}。</source>
            <translation>{other} was merged into {kept}.</translation>
        </message>
        <message>
            <source>医生 {count}</source>
            <translation>Doctors {count}</translation>
        </message>
        <message>
            <source>医生</source>
            <translation>Doctors</translation>
        </message>
        <message>
            <source>时间线</source>
            <translation>Timeline</translation>
        </message>
        <message>
            <source>修改历史</source>
            <translation>History</translation>
        </message>
        <message>
            <source>未写科室 {count}</source>
            <translation>No department {count}</translation>
        </message>
        <message>
            <source>全部 {count}</source>
            <translation>All {count}</translation>
        </message>
        <message>
            <source>还没有记录接待规定。</source>
            <translation>No reception rules recorded.</translation>
        </message>
        <message>
            <source>多点执业</source>
            <translation>Also here</translation>
        </message>
        <message>
            <source>这个科室还没有医生。按 Ctrl+N 新建。</source>
            <translation>No doctors in this department yet. Ctrl+N makes one.</translation>
        </message>
        <message>
            <source>这里还没有医生。按 Ctrl+N 新建第一位。</source>
            <translation>No doctors here yet. Ctrl+N makes the first one.</translation>
        </message>
        <message>
            <source>这里还没有拜访。</source>
            <translation>No visits here yet.</translation>
        </message>
        <message>
            <source>没有修改记录。同步之后，每次修改由谁、何时、改了什么都在这里。</source>
            <translation>No changes recorded. After a sync each change stands here: who, when and what.</translation>
        </message>
    </context>
    <context>
        <name>KeptFilters</name>
        <message>
            <source>已保存筛选：{name}</source>
            <translation>Filter saved: {name}</translation>
        </message>
        <message numerus="yes">
            <source>已删除 %n 个筛选</source>
            <translation>
                <numerusform>%n filter deleted</numerusform>
                <numerusform>%n filters deleted</numerusform>
            </translation>
        </message>
        <message>
            <source>筛选已整理</source>
            <translation>Filters arranged</translation>
        </message>
    </context>
    <context>
        <name>KeyMapDialog</name>
        <message>
            <source>键盘快捷键</source>
            <translation>Keyboard shortcuts</translation>
        </message>
        <message>
            <source>关闭</source>
            <translation>Close</translation>
        </message>
        <message>
            <source>在选项组上：数字键选一组，左右箭头选一项；正在写字时按 Alt + 数字</source>
            <translation>On groups of choices: a digit picks a group, left and right an entry; while writing, Alt and a digit</translation>
        </message>
    </context>
    <context>
        <name>LatelyCard</name>
        <message>
            <source>最近发生了什么</source>
            <translation>What happened lately</translation>
        </message>
        <message>
            <source>还没有和服务器往来过。第一次同步之后，这里会写下每一次的结果。</source>
            <translation>Nothing has gone to or come from the server yet. After the first sync each result is noted here.</translation>
        </message>
        <message>
            <source>正在处理</source>
            <translation>Being mended</translation>
        </message>
        <message>
            <source>辖区</source>
            <translation>Territory</translation>
        </message>
        <message>
            <source>已处理好</source>
            <translation>Mended</translation>
        </message>
        <message>
            <source>、</source>
            <translation>, </translation>
        </message>
        <message>
            <source>一个辖区</source>
            <translation>a territory</translation>
        </message>
        <message numerus="yes">
            <source>服务器从备份恢复过。已接受过的 %n 项更改又发送了一次，没有丢失。</source>
            <translation>
                <numerusform>The server came back from a backup. %n change that it had accepted was sent once more; nothing is lost.</numerusform>
                <numerusform>The server came back from a backup. %n changes that it had accepted were sent once more; nothing is lost.</numerusform>
            </translation>
        </message>
        <message>
            <source>服务器见过这份数据的另一份。本机已重新编号，没有丢失。</source>
            <translation>The server knew another copy of this data. This computer was renumbered; nothing is lost.</translation>
        </message>
        <message>
            <source>核对时发现有一部分和服务器不一样，已开始重新取回。</source>
            <translation>A part was found to differ from the server and is fetched anew.</translation>
        </message>
        <message>
            <source>不一样的部分已重新取回，现在和服务器一致。</source>
            <translation>What differed was fetched anew and now is what the server has.</translation>
        </message>
        <message numerus="yes">
            <source>服务器发来的 %n 条读不了，先放在一边，其余照常；会再取一次。</source>
            <translation>
                <numerusform>%n entry from the server could not be read and was set aside; the rest goes on, and it is fetched again.</numerusform>
                <numerusform>%n entries from the server could not be read and were set aside; the rest goes on, and they are fetched again.</numerusform>
            </translation>
        </message>
        <message>
            <source>离开太久，服务器把全部内容重新给了一遍（之前的同步：{last}）。没发送的更改没有丢失。</source>
            <translation>After a long time away the server gave everything once more (last sync before: {last}). What had not been sent is not lost.</translation>
        </message>
        <message numerus="yes">
            <source>从放到一边的旧数据里取回了没发送的 %n 项，没有重复。</source>
            <translation>
                <numerusform>%n thing that had not been sent came back from older data, once.</numerusform>
                <numerusform>%n things that had not been sent came back from older data, once.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>从备份里恢复了没发送的 %n 项，没有重复。</source>
            <translation>
                <numerusform>%n unsent change came back out of a backup, once.</numerusform>
                <numerusform>%n unsent changes came back out of a backup, each once.</numerusform>
            </translation>
        </message>
        <message>
            <source>“{places}”归你负责了，内容已在这台电脑上。</source>
            <translation>'{places}' is yours now; its content is on this computer.</translation>
        </message>
        <message>
            <source>“{places}”不再归你负责，内容已从这台电脑清除；没发送的更改没有丢失。</source>
            <translation>'{places}' is no longer yours; its content was removed from this computer. Unsent changes are not lost.</translation>
        </message>
        <message numerus="yes">
            <source>服务器回答了 %n 项更改</source>
            <translation>
                <numerusform>%n change answered</numerusform>
                <numerusform>%n changes answered</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>收到 %n 条</source>
            <translation>
                <numerusform>%n entry received</numerusform>
                <numerusform>%n entries received</numerusform>
            </translation>
        </message>
        <message>
            <source>用时 {seconds} 秒</source>
            <translation>took {seconds} s</translation>
        </message>
        <message>
            <source>同步完成：{what}</source>
            <translation>Synced: {what}</translation>
        </message>
        <message>
            <source>，</source>
            <translation>, </translation>
        </message>
    </context>
    <context>
        <name>LineDecisionBox</name>
        <message>
            <source>按此金额批准</source>
            <translation>Approve these amounts</translation>
        </message>
        <message>
            <source>取消</source>
            <translation>Cancel</translation>
        </message>
        <message>
            <source>金额写成 1,234.50 这样</source>
            <translation>Write amounts like 1,234.50</translation>
        </message>
        <message>
            <source>批准金额不能超过申请金额</source>
            <translation>No more than was claimed can be approved</translation>
        </message>
    </context>
    <context>
        <name>LinesModel</name>
        <message>
            <source>行号</source>
            <translation>Row</translation>
        </message>
        <message>
            <source>结果</source>
            <translation>Result</translation>
        </message>
        <message>
            <source>名称</source>
            <translation>Name</translation>
        </message>
        <message>
            <source>原因</source>
            <translation>Reason</translation>
        </message>
    </context>
    <context>
        <name>LockCard</name>
        <message>
            <source>锁定</source>
            <translation>Lock</translation>
        </message>
        <message>
            <source>没人操作多久后锁定</source>
            <translation>Lock when nobody has touched it for</translation>
        </message>
        <message numerus="yes">
            <source>%n 分钟</source>
            <translation>
                <numerusform>%n minute</numerusform>
                <numerusform>%n minutes</numerusform>
            </translation>
        </message>
        <message>
            <source>从不</source>
            <translation>Never</translation>
        </message>
        <message>
            <source>锁定时关闭数据、隐藏所有窗口，没写完的都在；用本机口令打开。</source>
            <translation>Locking closes the data and hides every window; what you were writing is kept. The passphrase opens it again.</translation>
        </message>
        <message>
            <source>修改本机口令…</source>
            <translation>Change the passphrase…</translation>
        </message>
        <message>
            <source>设置本机口令…</source>
            <translation>Set a passphrase…</translation>
        </message>
    </context>
    <context>
        <name>LockWindow</name>
        <message>
            <source>已锁定</source>
            <translation>Locked</translation>
        </message>
        <message>
            <source>{name} 的数据已关闭。输入本机口令，回到刚才的地方；没写完的都在。</source>
            <translation>The data of {name} is closed. Type the passphrase to be back where you were; what you were writing is kept.</translation>
        </message>
        <message>
            <source>正在完成同步、导入或导出，完成后关闭数据。现在也可以输入口令。</source>
            <translation>A sync, import or export is being finished; the data is closed after that. You can type the passphrase now, too.</translation>
        </message>
        <message>
            <source>本机口令</source>
            <translation>Passphrase of this computer</translation>
        </message>
        <message>
            <source>解锁</source>
            <translation>Unlock</translation>
        </message>
        <message>
            <source>关闭 crmdesk</source>
            <translation>Close crmdesk</translation>
        </message>
        <message numerus="yes">
            <source>%n 秒后可以再试。</source>
            <translation>
                <numerusform>The next try is possible in %n second.</numerusform>
                <numerusform>The next try is possible in %n seconds.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>MainWindow</name>
        <message>
            <source>先选一位客户或一次拜访，再在新窗口中打开。</source>
            <translation>Choose a customer or a visit first, then open it in a window of its own.</translation>
        </message>
        <message>
            <source>已离线工作。更改保存在本机。</source>
            <translation>Working offline. Changes are saved here.</translation>
        </message>
        <message>
            <source>已恢复联网，更改会自动发送。</source>
            <translation>Back on the network; changes are sent by themselves.</translation>
        </message>
        <message>
            <source>代表</source>
            <translation>Rep</translation>
        </message>
        <message>
            <source>经理</source>
            <translation>Manager</translation>
        </message>
        <message>
            <source>财务</source>
            <translation>Finance</translation>
        </message>
        <message>
            <source>审计</source>
            <translation>Auditor</translation>
        </message>
        <message>
            <source>管理员</source>
            <translation>Admin</translation>
        </message>
    </context>
    <context>
        <name>MappingTable</name>
        <message>
            <source>取自上面</source>
            <translation>Taken from above</translation>
        </message>
        <message>
            <source>不导入</source>
            <translation>Leave out</translation>
        </message>
        <message>
            <source>不能导入</source>
            <translation>May not be imported</translation>
        </message>
        <message>
            <source>第 {column} 列作为</source>
            <translation>Column {column} becomes</translation>
        </message>
    </context>
    <context>
        <name>MeanwhileView</name>
        <message>
            <source>这里写的：{value}</source>
            <translation>Here: {value}</translation>
        </message>
        <message>
            <source>别处写的：{value}</source>
            <translation>Elsewhere: {value}</translation>
        </message>
        <message numerus="yes">
            <source>共 %n 项</source>
            <translation>
                <numerusform>%n entry</numerusform>
                <numerusform>%n entries</numerusform>
            </translation>
        </message>
        <message>
            <source>；</source>
            <translation>; </translation>
        </message>
        <message>
            <source>你写的时候，下面的内容在别处（另一台电脑或另一个窗口）也改了{when}。每项选一个，再提交。</source>
            <translation>While you were writing, this was changed elsewhere too, on another computer or in another window{when}. Choose one of each, then submit.</translation>
        </message>
        <message>
            <source>已选好；提交前还可以改选。</source>
            <translation>Chosen; until it is submitted you can choose again.</translation>
        </message>
        <message>
            <source>别处刚改了{fields}{when}，已并入这里；你写的都在。</source>
            <translation>{fields} changed elsewhere{when} and is in here now; all that you wrote is still there.</translation>
        </message>
        <message>
            <source>（{when}）</source>
            <translation> ({when})</translation>
        </message>
    </context>
    <context>
        <name>MoveDialog</name>
        <message>
            <source>移动拜访</source>
            <translation>Move the visit</translation>
        </message>
        <message>
            <source>{who}。换到另一天要写明原因。</source>
            <translation>{who}. Another day needs a reason.</translation>
        </message>
        <message>
            <source>移动</source>
            <translation>Move</translation>
        </message>
        <message>
            <source>日期</source>
            <translation>Date</translation>
        </message>
        <message>
            <source>时间</source>
            <translation>Time</translation>
        </message>
        <message>
            <source>原因</source>
            <translation>Reason</translation>
        </message>
        <message>
            <source>补充说明（可不填）</source>
            <translation>More words (may stay empty)</translation>
        </message>
        <message>
            <source>补充说明</source>
            <translation>More words</translation>
        </message>
    </context>
    <context>
        <name>NewDoctorDialog</name>
        <message>
            <source>新建医生</source>
            <translation>New doctor</translation>
        </message>
        <message>
            <source>输入医院名或拼音</source>
            <translation>Hospital's name or pinyin</translation>
        </message>
        <message numerus="yes">
            <source>已有 %n 位同名医生。是同一个人就打开，不要再建一份。</source>
            <translation>
                <numerusform>There is %n doctor of that name. If it is the same person, open that page instead.</numerusform>
                <numerusform>There are %n doctors of that name. If it is one of them, open that page instead.</numerusform>
            </translation>
        </message>
        <message>
            <source>姓名只有一个字。请补全；没有写错就再保存一次。</source>
            <translation>The name is a single character. Complete it, or save once more if that is right.</translation>
        </message>
        <message>
            <source>新建机构并保存</source>
            <translation>Make the institution and save</translation>
        </message>
        <message>
            <source>保存</source>
            <translation>Save</translation>
        </message>
        <message>
            <source>不是同一人，仍要新建</source>
            <translation>Somebody else: make it</translation>
        </message>
        <message>
            <source>还没有选定机构“{name}”。列表里有就选它；没有，再保存一次就同时新建这家机构。</source>
            <translation>The institution '{name}' was not chosen. If the list has it, choose it; if not, save once more and it is made too.</translation>
        </message>
    </context>
    <context>
        <name>NewInstitutionDialog</name>
        <message>
            <source>新建机构</source>
            <translation>New institution</translation>
        </message>
    </context>
    <context>
        <name>OpenMatters</name>
        <message>
            <source>没有未兑现的承诺。</source>
            <translation>No open promises.</translation>
        </message>
        <message>
            <source>已兑现</source>
            <translation>Kept</translation>
        </message>
        <message>
            <source>已答复</source>
            <translation>Answered</translation>
        </message>
        <message>
            <source>待答复</source>
            <translation>To answer</translation>
        </message>
    </context>
    <context>
        <name>OwnFilterWords</name>
        <message>
            <source>、</source>
            <translation>, </translation>
        </message>
        <message>
            <source>{field} 含“{value}”</source>
            <translation>{field} contains '{value}'</translation>
        </message>
        <message>
            <source>{field}：{value}</source>
            <translation>{field}: {value}</translation>
        </message>
        <message>
            <source>是</source>
            <translation>Yes</translation>
        </message>
        <message>
            <source>否</source>
            <translation>No</translation>
        </message>
    </context>
    <context>
        <name>PageWindow</name>
        <message>
            <source>这个页面不属于你的角色。</source>
            <translation>This page does not belong to your role.</translation>
        </message>
        <message>
            <source>没有可以撤销的更改。</source>
            <translation>There is nothing to undo.</translation>
        </message>
        <message>
            <source>已撤销。</source>
            <translation>Undone.</translation>
        </message>
        <message numerus="yes">
            <source>已撤销，其中 %n 项之后又被改过，保持不变。</source>
            <translation>
                <numerusform>Undone; %n was changed since and stays as it is.</numerusform>
                <numerusform>Undone; %n were changed since and stay as they are.</numerusform>
            </translation>
        </message>
        <message>
            <source>已撤销：{what}。</source>
            <translation>Undone: {what}.</translation>
        </message>
        <message>
            <source>再撤销一步：{what}</source>
            <translation> One step back: {what}</translation>
        </message>
    </context>
    <context>
        <name>Palette</name>
        <message>
            <source>医生、医院，或要做的事：张、zs、协和 心内、立即同步…</source>
            <translation>A doctor, a hospital, or something to do: 张, zs, 协和 心内, sync now…</translation>
        </message>
        <message>
            <source>搜索与命令</source>
            <translation>Search and commands</translation>
        </message>
        <message>
            <source>找到的</source>
            <translation>What was found</translation>
        </message>
        <message>
            <source>没有找到“{text}”。试试姓名的首字母、医院加科室，或手机号的后四位。</source>
            <translation>Nothing found for '{text}'. Try initials, hospital and department, or the last four digits of a mobile number.</translation>
        </message>
        <message>
            <source>名称</source>
            <translation>name</translation>
        </message>
        <message>
            <source>拼音</source>
            <translation>pinyin</translation>
        </message>
        <message>
            <source>首字母</source>
            <translation>initials</translation>
        </message>
        <message>
            <source>医院</source>
            <translation>hospital</translation>
        </message>
        <message>
            <source>科室</source>
            <translation>department</translation>
        </message>
        <message>
            <source>别名</source>
            <translation>alias</translation>
        </message>
        <message>
            <source>地区</source>
            <translation>area</translation>
        </message>
        <message>
            <source>简称</source>
            <translation>short form</translation>
        </message>
        <message>
            <source>手机</source>
            <translation>mobile</translation>
        </message>
        <message>
            <source>电话</source>
            <translation>phone</translation>
        </message>
    </context>
    <context>
        <name>PassphraseDialog</name>
        <message>
            <source>新口令至少 {minimum} 个字符，可以是一句话；每次打开都要输入，谁也查不到它。</source>
            <translation>The new passphrase needs at least {minimum} characters, a sentence is fine. It is asked for at each start, and nobody can look it up.</translation>
        </message>
        <message>
            <source>至少 {minimum} 个字符，可以是一句话。从现在起每次打开和解锁都要输入，谁也查不到它；忘了它，没发送的更改就打不开。</source>
            <translation>At least {minimum} characters, a sentence is fine. From now on it is asked for at each start and to unlock. Nobody can look it up: whoever forgets it cannot open what was not sent.</translation>
        </message>
        <message>
            <source>设置本机口令</source>
            <translation>Set a passphrase for this computer</translation>
        </message>
        <message>
            <source>设置</source>
            <translation>Set</translation>
        </message>
        <message>
            <source>修改本机口令</source>
            <translation>Change the passphrase of this computer</translation>
        </message>
        <message>
            <source>修改</source>
            <translation>Change</translation>
        </message>
        <message>
            <source>现在的口令</source>
            <translation>Passphrase in use</translation>
        </message>
        <message>
            <source>新口令</source>
            <translation>New passphrase</translation>
        </message>
        <message>
            <source>再输入一次新口令</source>
            <translation>New passphrase once more</translation>
        </message>
    </context>
    <context>
        <name>PlaceDialog</name>
        <message>
            <source>{name}还在哪里执业？原来的执业机构不变；没有的科室会新建。</source>
            <translation>Where does {name} work too? The present affiliations stay; a department that is not there yet is made.</translation>
        </message>
        <message>
            <source>添加执业机构</source>
            <translation>Add an affiliation</translation>
        </message>
        <message>
            <source>添加</source>
            <translation>Add</translation>
        </message>
        <message>
            <source>输入医院名或拼音</source>
            <translation>Hospital's name or pinyin</translation>
        </message>
        <message>
            <source>可不填</source>
            <translation>May stay empty</translation>
        </message>
        <message>
            <source>可不填，例如：出诊 周三</source>
            <translation>Such as: clinic Wed</translation>
        </message>
        <message>
            <source>先从列表里选一家机构。还没有这家机构，就先新建它。</source>
            <translation>Choose an institution of the list first. Where it isn't there yet, make it first.</translation>
        </message>
    </context>
    <context>
        <name>Places</name>
        <message>
            <source>{day} 起</source>
            <translation>from {day}</translation>
        </message>
        <message>
            <source>到 {day}</source>
            <translation>until {day}</translation>
        </message>
        <message>
            <source>主要</source>
            <translation>Primary</translation>
        </message>
        <message>
            <source>（未知机构）</source>
            <translation>(unknown institution)</translation>
        </message>
    </context>
    <context>
        <name>PlanDialog</name>
        <message>
            <source>给谁写拜访报告</source>
            <translation>Who is the report about?</translation>
        </message>
        <message>
            <source>计划拜访</source>
            <translation>Plan a visit</translation>
        </message>
        <message>
            <source>开始</source>
            <translation>Begin</translation>
        </message>
        <message>
            <source>加入计划</source>
            <translation>Add to plan</translation>
        </message>
        <message>
            <source>医生姓名、拼音或医院</source>
            <translation>Doctor's name, pinyin or hospital</translation>
        </message>
        <message>
            <source>日期</source>
            <translation>Date</translation>
        </message>
        <message>
            <source>时间</source>
            <translation>Time</translation>
        </message>
        <message>
            <source>先选一位医生。</source>
            <translation>Choose a doctor first.</translation>
        </message>
        <message>
            <source>已加入计划</source>
            <translation>Added to the plan</translation>
        </message>
    </context>
    <context>
        <name>PlanHead</name>
        <message>
            <source>前一周</source>
            <translation>Week before</translation>
        </message>
        <message>
            <source>后一周</source>
            <translation>Week after</translation>
        </message>
        <message>
            <source>我自己</source>
            <translation>Myself</translation>
        </message>
        <message>
            <source>谁的一周</source>
            <translation>Whose week</translation>
        </message>
        <message numerus="yes">
            <source>%n 次拜访</source>
            <translation>
                <numerusform>%n visit</numerusform>
                <numerusform>%n visits</numerusform>
            </translation>
        </message>
        <message>
            <source>已完成 {done}</source>
            <translation>{done} done</translation>
        </message>
        <message>
            <source>未报告 {missed}</source>
            <translation>not reported {missed}</translation>
        </message>
    </context>
    <context>
        <name>PlanPage</name>
        <message>
            <source>这是同事的计划，只能查看。</source>
            <translation>This is a colleague's plan, only to look at.</translation>
        </message>
        <message>
            <source>一周的拜访，方向键选择，Shift 加方向键移动</source>
            <translation>Visits of the week; arrows choose, Shift and arrows move</translation>
        </message>
        <message>
            <source>没有目标申请。某位医生需要不同的次数时，可以向经理申请。</source>
            <translation>No proposals. Where a doctor needs another number of visits, propose it to the manager.</translation>
        </message>
        <message>
            <source>没有登记不在岗。</source>
            <translation>No days off noted.</translation>
        </message>
        <message>
            <source>不在岗…</source>
            <translation>Days off…</translation>
        </message>
        <message>
            <source>{first} 至 {last}</source>
            <translation>{first} to {last}</translation>
        </message>
        <message>
            <source>计划</source>
            <translation>Plan</translation>
        </message>
        <message>
            <source>排入 {day}</source>
            <translation>Schedule {day}</translation>
        </message>
        <message>
            <source>没有可以复制的拜访</source>
            <translation>There are no visits to copy</translation>
        </message>
        <message>
            <source>复制到下一周：{said}</source>
            <translation>Copied to the next week: {said}</translation>
        </message>
        <message>
            <source>已移到 {when}</source>
            <translation>Moved to {when}</translation>
        </message>
        <message>
            <source>先用上下方向键选一次拜访。</source>
            <translation>Choose a visit with the up and down arrows first.</translation>
        </message>
        <message>
            <source>报告已经开始写，不能再移动。</source>
            <translation>Its report has been begun, so it is not moved any more.</translation>
        </message>
        <message>
            <source>已删除不在岗</source>
            <translation>Days off removed</translation>
        </message>
        <message>
            <source>已提交的报告不能删除。</source>
            <translation>A submitted report cannot be removed.</translation>
        </message>
        <message>
            <source>已删除计划</source>
            <translation>Plan removed</translation>
        </message>
        <message>
            <source>已排在 {when}</source>
            <translation>Planned for {when}</translation>
        </message>
        <message>
            <source>这一天没有周期计划。</source>
            <translation>There is no cycle plan for that day.</translation>
        </message>
        <message>
            <source>申请已撤回</source>
            <translation>Proposal withdrawn</translation>
        </message>
        <message>
            <source>答复已保存在本机，联网后发送</source>
            <translation>Answer saved here, sent when there is a network</translation>
        </message>
        <message>
            <source>导出日历</source>
            <translation>Export the calendar</translation>
        </message>
        <message>
            <source>拜访计划 {date}.ics</source>
            <translation>visit plan {date}.ics</translation>
        </message>
        <message numerus="yes">
            <source>%n 项已保存到 {file}</source>
            <translation>
                <numerusform>%n entry saved to {file}</numerusform>
                <numerusform>%n entries saved to {file}</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>PlanSide</name>
        <message>
            <source>本周期要排的都排上了。</source>
            <translation>Everything that this cycle needs is scheduled.</translation>
        </message>
        <message>
            <source>没有周期计划，也就没有建议。</source>
            <translation>Without a cycle plan there are no suggestions.</translation>
        </message>
        <message>
            <source>目标 {count}</source>
            <translation>Targets {count}</translation>
        </message>
        <message>
            <source>目标</source>
            <translation>Targets</translation>
        </message>
        <message>
            <source>建议</source>
            <translation>Suggestions</translation>
        </message>
        <message>
            <source>不在岗</source>
            <translation>Days off</translation>
        </message>
        <message>
            <source>计划旁边的列表</source>
            <translation>Lists beside the calendar</translation>
        </message>
        <message>
            <source>建议拜访的医生</source>
            <translation>Doctors to visit next</translation>
        </message>
        <message>
            <source>目标申请</source>
            <translation>Proposed targets</translation>
        </message>
        <message>
            <source>不在岗的日子</source>
            <translation>Days off</translation>
        </message>
    </context>
    <context>
        <name>PlanWords</name>
        <message numerus="yes">
            <source>将加入 %n 次拜访</source>
            <translation>
                <numerusform>%n visit to be planned</numerusform>
                <numerusform>%n visits to be planned</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>已加入 %n 次拜访</source>
            <translation>
                <numerusform>%n visit planned</numerusform>
                <numerusform>%n visits planned</numerusform>
            </translation>
        </message>
        <message>
            <source>没有加入拜访</source>
            <translation>no visit planned</translation>
        </message>
        <message>
            <source>节假日</source>
            <translation>holiday</translation>
        </message>
        <message>
            <source>周末</source>
            <translation>weekend</translation>
        </message>
        <message>
            <source>不在岗</source>
            <translation>day off</translation>
        </message>
        <message>
            <source>已过去</source>
            <translation>past</translation>
        </message>
        <message>
            <source>当天已有计划</source>
            <translation>planned that day already</translation>
        </message>
        <message>
            <source>{reason} {count} 次</source>
            <translation>{reason}: {count}</translation>
        </message>
        <message>
            <source>{planned}；跳过：{left_out}</source>
            <translation>{planned}; left out: {left_out}</translation>
        </message>
        <message>
            <source>、</source>
            <translation>, </translation>
        </message>
        <message>
            <source>从未拜访</source>
            <translation>never visited</translation>
        </message>
        <message numerus="yes">
            <source>逾期 %n 天</source>
            <translation>
                <numerusform>%n day overdue</numerusform>
                <numerusform>%n days overdue</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 天前拜访</source>
            <translation>
                <numerusform>seen %n day ago</numerusform>
                <numerusform>seen %n days ago</numerusform>
            </translation>
        </message>
        <message>
            <source>今天已拜访</source>
            <translation>seen today</translation>
        </message>
        <message>
            <source>同院顺路</source>
            <translation>same hospital</translation>
        </message>
        <message>
            <source>待排 {left} 次</source>
            <translation>{left} to schedule</translation>
        </message>
        <message numerus="yes">
            <source>已同意 %n 次</source>
            <translation>
                <numerusform>%n visit agreed</numerusform>
                <numerusform>%n visits agreed</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>申请 %n 次</source>
            <translation>
                <numerusform>asks for %n visit</numerusform>
                <numerusform>asks for %n visits</numerusform>
            </translation>
        </message>
        <message>
            <source>申请不再列入</source>
            <translation>asks to drop</translation>
        </message>
        <message numerus="yes">
            <source>现为 %n 次</source>
            <translation>
                <numerusform>now %n visit</numerusform>
                <numerusform>now %n visits</numerusform>
            </translation>
        </message>
        <message>
            <source>答复已保存在本机，联网后发送</source>
            <translation>Answer saved here, sent when there is a network</translation>
        </message>
        <message>
            <source>撤回，等待发送</source>
            <translation>Withdrawn, waiting to be sent</translation>
        </message>
        <message>
            <source>{who}：{answer}</source>
            <translation>{who}: {answer}</translation>
        </message>
        <message>
            <source>已完成 {done}，已排 {planned}</source>
            <translation>{done} done, {planned} scheduled</translation>
        </message>
        <message>
            <source>{first} 至 {last}</source>
            <translation>{first} to {last}</translation>
        </message>
        <message>
            <source>未报告</source>
            <translation>not reported</translation>
        </message>
    </context>
    <context>
        <name>ProcurementCard</name>
        <message>
            <source>还没有数据</source>
            <translation>No figures yet</translation>
        </message>
        <message>
            <source>快于时间</source>
            <translation>Ahead of time</translation>
        </message>
        <message>
            <source>与时间同步</source>
            <translation>In step with time</translation>
        </message>
        <message>
            <source>慢于时间</source>
            <translation>Behind time</translation>
        </message>
        <message>
            <source>已完成约定量</source>
            <translation>Agreed volume reached</translation>
        </message>
        <message>
            <source>约定 {agreed} {unit}</source>
            <translation>Agreed {agreed} {unit}</translation>
        </message>
        <message>
            <source>已采购 {purchased} / {agreed} {unit}（{done}%），时间已过 {gone}%</source>
            <translation>{purchased} of {agreed} {unit} purchased ({done}%), {gone}% of the time gone</translation>
        </message>
        <message>
            <source>{round} · {start} 至 {end}</source>
            <translation>{round} · {start} to {end}</translation>
        </message>
        <message>
            <source>来源：{source}</source>
            <translation>source: {source}</translation>
        </message>
        <message>
            <source>截至 {day}</source>
            <translation>as of {day}</translation>
        </message>
    </context>
    <context>
        <name>ProductRow</name>
        <message>
            <source>{name}：信息</source>
            <translation>{name}: messages</translation>
        </message>
        <message>
            <source>{name}：反应</source>
            <translation>{name}: reaction</translation>
        </message>
    </context>
    <context>
        <name>ProgressCard</name>
        <message>
            <source>正在核对…</source>
            <translation>Checking…</translation>
        </message>
        <message>
            <source>已处理 {done} / {total} 行</source>
            <translation>{done} of {total} rows done</translation>
        </message>
        <message>
            <source>可以离开这一页继续工作，导入在后台进行。停止后，已写入的都保留着。</source>
            <translation>You can leave this page and go on working; the import continues. If you stop it, what was written is kept.</translation>
        </message>
        <message>
            <source>正在撤回。可以离开这一页继续工作；停止后，其余的以后可以接着撤回。</source>
            <translation>Taking it back. You may leave this page and go on working; once stopped, the rest can be taken back later.</translation>
        </message>
        <message>
            <source>正在停止…</source>
            <translation>Stopping…</translation>
        </message>
    </context>
    <context>
        <name>ProposeDialog</name>
        <message>
            <source>{cycle}。经理答复以前，原来的次数有效。0 次表示本周期不再列入。</source>
            <translation>{cycle}. Until the manager answers, the former number holds. 0 takes the doctor out of this cycle.</translation>
        </message>
        <message>
            <source>申请目标次数</source>
            <translation>Propose a target</translation>
        </message>
        <message>
            <source>提出申请</source>
            <translation>Propose</translation>
        </message>
        <message>
            <source>医生姓名、拼音或医院</source>
            <translation>Doctor's name, pinyin or hospital</translation>
        </message>
        <message>
            <source>让经理看得懂为什么</source>
            <translation>So that the manager sees why</translation>
        </message>
        <message>
            <source>先选一位医生。</source>
            <translation>Choose a doctor first.</translation>
        </message>
    </context>
    <context>
        <name>PutAsideCard</name>
        <message>
            <source>放到一边的旧数据</source>
            <translation>Older data, put aside</translation>
        </message>
        <message>
            <source>{when} 放到一边</source>
            <translation>Put aside {when}</translation>
        </message>
        <message>
            <source>当时忘了口令。想起来了就打开它：里面没发送的更改会取回到现在的数据里，照常同步。</source>
            <translation>Its passphrase was forgotten then. If you remember it, open it: changes in it that were not sent come into the present data and are synced as usual.</translation>
        </message>
        <message>
            <source>它的密钥已经不在，谁也打不开；里面没发送的更改取不回来。</source>
            <translation>Its key is gone: nobody can open it, and changes in it that were not sent cannot be brought back.</translation>
        </message>
        <message>
            <source>当时系统钥匙串里的密钥不见了或不对。钥匙串恢复以后就打开它：里面没发送的更改会取回来。</source>
            <translation>The system's key ring did not have its key then. Once the key ring has it back, open it: changes in it that were not sent come back.</translation>
        </message>
    </context>
    <context>
        <name>PutBackDialog</name>
        <message>
            <source>备份里没发送的更改、附件和草稿会加到这台电脑上，不会重复；备份本身不变。</source>
            <translation>Unsent changes, attachments and drafts of the backup come to this computer, each once; the backup stays as it is.</translation>
        </message>
        <message>
            <source>恢复备份</source>
            <translation>Put a backup back</translation>
        </message>
        <message>
            <source>恢复</source>
            <translation>Put back</translation>
        </message>
        <message>
            <source>选择…</source>
            <translation>Choose…</translation>
        </message>
        <message>
            <source>备份文件夹（名称以 crmdesk-backup 开头）</source>
            <translation>Folder of the backup (crmdesk-backup-…)</translation>
        </message>
        <message>
            <source>备份的口令</source>
            <translation>Passphrase of the backup</translation>
        </message>
    </context>
    <context>
        <name>RailItem</name>
        <message>
            <source>当前页面</source>
            <translation>current page</translation>
        </message>
    </context>
    <context>
        <name>ReceiptsCard</name>
        <message>
            <source>凭证 {at} / {count}</source>
            <translation>Receipt {at} of {count}</translation>
        </message>
        <message>
            <source>凭证</source>
            <translation>Receipts</translation>
        </message>
        <message>
            <source>上一张凭证</source>
            <translation>Receipt before</translation>
        </message>
        <message>
            <source>下一张凭证</source>
            <translation>Receipt after</translation>
        </message>
        <message>
            <source>用别的程序打开</source>
            <translation>Open elsewhere</translation>
        </message>
        <message>
            <source>保存副本…</source>
            <translation>Save a copy…</translation>
        </message>
        <message>
            <source>未下载</source>
            <translation>Not here yet</translation>
        </message>
        <message>
            <source>不属于任何一行</source>
            <translation>on no line</translation>
        </message>
        <message>
            <source>凭证还没有传到这台电脑，下次同步时下载。</source>
            <translation>The receipts are not on this laptop yet; they come with the next sync.</translation>
        </message>
        <message>
            <source>没有附上凭证。</source>
            <translation>No receipt is attached.</translation>
        </message>
        <message>
            <source>这张凭证还没有传到这台电脑，下次同步时下载。</source>
            <translation>This receipt is not on this laptop yet; it comes with the next sync.</translation>
        </message>
        <message>
            <source>这种文件不在这里显示，可以用这台电脑上的程序打开。</source>
            <translation>This kind of file is not shown here; a program of this computer can open it.</translation>
        </message>
        <message>
            <source>这种文件不在这里显示。可以保存一份副本，用别的程序打开。</source>
            <translation>This kind of file is not shown here. Save a copy to open it elsewhere.</translation>
        </message>
        <message>
            <source>这里没有可以打开的凭证</source>
            <translation>There is no receipt to open here</translation>
        </message>
        <message>
            <source>打开的是一份可读的副本，退出 crmdesk 时删除</source>
            <translation>A readable copy was opened; it is deleted when crmdesk is closed</translation>
        </message>
        <message>
            <source>这台电脑没有能打开它的程序。可以保存一份副本</source>
            <translation>No program of this computer opens it; a copy can be saved</translation>
        </message>
        <message>
            <source>保存副本</source>
            <translation>Save a copy</translation>
        </message>
        <message>
            <source>副本已保存，不再受 crmdesk 的加密保护。</source>
            <translation>Copy saved. It is outside crmdesk's encryption.</translation>
        </message>
    </context>
    <context>
        <name>RefusedCard</name>
        <message>
            <source>等待中</source>
            <translation>Waiting</translation>
        </message>
        <message>
            <source>被拒绝</source>
            <translation>Refused</translation>
        </message>
        <message>
            <source>{field}：{value}</source>
            <translation>{field}: {value}</translation>
        </message>
        <message>
            <source>更正原因</source>
            <translation>Reason</translation>
        </message>
        <message>
            <source>写下原因，就作为更正提交；原文都会并入报告</source>
            <translation>Write the reason and it goes out as an amendment; all of your text joins the report</translation>
        </message>
        <message>
            <source>修改后重新提交</source>
            <translation>Correct and send again</translation>
        </message>
        <message>
            <source>重新提交</source>
            <translation>Send again</translation>
        </message>
        <message>
            <source>作为更正提交</source>
            <translation>Submit as an amendment</translation>
        </message>
        <message>
            <source>打开记录</source>
            <translation>Open record</translation>
        </message>
        <message>
            <source>复制原文</source>
            <translation>Copy the text</translation>
        </message>
        <message>
            <source>放弃这项更改</source>
            <translation>Drop this change</translation>
        </message>
        <message>
            <source>代码 {code} · {time}</source>
            <translation>Code {code} · {time}</translation>
        </message>
        <message>
            <source>还没有写更正原因：已提交的报告要写明原因才能改。</source>
            <translation>There is no reason yet: a submitted report is only amended with one.</translation>
        </message>
    </context>
    <context>
        <name>RepeatDialog</name>
        <message>
            <source>重复拜访</source>
            <translation>Repeat the visit</translation>
        </message>
        <message>
            <source>加入计划</source>
            <translation>Add to plan</translation>
        </message>
        <message>
            <source>每几周一次</source>
            <translation>Weeks apart</translation>
        </message>
        <message>
            <source>直到</source>
            <translation>until</translation>
        </message>
    </context>
    <context>
        <name>Room</name>
        <message>
            <source>可滚动的内容</source>
            <translation>Content that scrolls</translation>
        </message>
    </context>
    <context>
        <name>RowEditor</name>
        <message>
            <source>修改还没有保存，已留作草稿，再次编辑时会恢复</source>
            <translation>Not saved yet: kept as a draft and back when you edit again</translation>
        </message>
        <message>
            <source>编辑资料</source>
            <translation>Edit profile</translation>
        </message>
        <message>
            <source>稍后</source>
            <translation>Later</translation>
        </message>
        <message>
            <source>保存</source>
            <translation>Save</translation>
        </message>
        <message>
            <source>上次没有保存的修改还在这里。</source>
            <translation>What you had not saved is still here.</translation>
        </message>
        <message>
            <source>不要了</source>
            <translation>Discard</translation>
        </message>
        <message>
            <source>别人刚改了这条记录的其他内容；保存时两边的修改都会保留。</source>
            <translation>Somebody has just changed other fields; saving keeps both.</translation>
        </message>
        <message>
            <source>你的：{value}</source>
            <translation>Yours: {value}</translation>
        </message>
        <message>
            <source>现在的：{value}</source>
            <translation>Now: {value}</translation>
        </message>
        <message>
            <source>你编辑时别人也改了下面的内容。选一个，再保存。选你的，现在的值留在历史里；选现在的，你写的不保存。</source>
            <translation>Somebody changed these fields while you did. Choose, then save. If you choose yours, the present value stays in the history; if you choose the present one, yours is not saved.</translation>
        </message>
        <message>
            <source>{name} 的更改已保存在本机</source>
            <translation>Changes to {name} saved here</translation>
        </message>
    </context>
    <context>
        <name>RowPicker</name>
        <message>
            <source>没有找到“{text}”</source>
            <translation>Nothing found for '{text}'</translation>
        </message>
    </context>
    <context>
        <name>RunFace</name>
        <message>
            <source>正在修改 {done} / {total}</source>
            <translation>Changing {done} of {total}</translation>
        </message>
        <message>
            <source>停止</source>
            <translation>Stop</translation>
        </message>
        <message>
            <source>正在停止…</source>
            <translation>Stopping…</translation>
        </message>
    </context>
    <context>
        <name>ScrollArea</name>
        <message>
            <source>可滚动的内容</source>
            <translation>Content that scrolls</translation>
        </message>
    </context>
    <context>
        <name>SearchField</name>
        <message>
            <source>搜索医生、医院、命令…</source>
            <translation>Search doctors, hospitals…</translation>
        </message>
        <message>
            <source>搜索</source>
            <translation>Search</translation>
        </message>
    </context>
    <context>
        <name>SettingsPage</name>
        <message>
            <source>设置</source>
            <translation>Settings</translation>
        </message>
        <message>
            <source>语言与外观</source>
            <translation>Language and look</translation>
        </message>
        <message>
            <source>语言</source>
            <translation>Language</translation>
        </message>
        <message>
            <source>主题</source>
            <translation>Theme</translation>
        </message>
        <message>
            <source>浅色</source>
            <translation>Light</translation>
        </message>
        <message>
            <source>深色</source>
            <translation>Dark</translation>
        </message>
        <message>
            <source>跟随系统</source>
            <translation>As the system</translation>
        </message>
        <message>
            <source>账号</source>
            <translation>Account</translation>
        </message>
        <message>
            <source>退出后，没发送的更改仍加密保存在这台电脑上，下次登录后自动发送。</source>
            <translation>After signing out, unsent changes stay on this computer, encrypted, and are sent after the next sign-in.</translation>
        </message>
        <message>
            <source>这台电脑</source>
            <translation>This computer</translation>
        </message>
        <message>
            <source>诊断</source>
            <translation>Diagnostics</translation>
        </message>
        <message>
            <source>诊断信息只含版本和数量，不含任何客户资料。</source>
            <translation>Diagnostics hold versions and counts only, no customer data.</translation>
        </message>
        <message>
            <source>复制诊断信息</source>
            <translation>Copy diagnostics</translation>
        </message>
        <message>
            <source>姓名</source>
            <translation>Name</translation>
        </message>
        <message>
            <source>登录名</source>
            <translation>Login</translation>
        </message>
        <message>
            <source>角色</source>
            <translation>Role</translation>
        </message>
        <message>
            <source>辖区</source>
            <translation>Territory</translation>
        </message>
        <message>
            <source>、</source>
            <translation>, </translation>
        </message>
        <message>
            <source>服务器上的名称</source>
            <translation>Name at the server</translation>
        </message>
        <message>
            <source>登记于</source>
            <translation>Registered</translation>
        </message>
        <message>
            <source>上次联系服务器</source>
            <translation>Last contact</translation>
        </message>
        <message>
            <source>本机数据</source>
            <translation>Data on it</translation>
        </message>
        <message>
            <source>版本</source>
            <translation>Version</translation>
        </message>
        <message>
            <source>系统</source>
            <translation>System</translation>
        </message>
        <message>
            <source>客户</source>
            <translation>Customers</translation>
        </message>
        <message>
            <source>等待发送</source>
            <translation>Waiting to be sent</translation>
        </message>
        <message>
            <source>需要你处理</source>
            <translation>Needs you</translation>
        </message>
        <message>
            <source>上次同步</source>
            <translation>Last sync</translation>
        </message>
        <message>
            <source>已复制诊断信息。</source>
            <translation>Diagnostics copied.</translation>
        </message>
    </context>
    <context>
        <name>SignInAgainDialog</name>
        <message>
            <source>重新登录</source>
            <translation>Sign in again</translation>
        </message>
        <message>
            <source>{login} 的密码</source>
            <translation>Password of {login}</translation>
        </message>
        <message>
            <source>密码</source>
            <translation>Password</translation>
        </message>
        <message>
            <source>取消</source>
            <translation>Cancel</translation>
        </message>
        <message>
            <source>登录</source>
            <translation>Sign in</translation>
        </message>
    </context>
    <context>
        <name>SignInWindow</name>
        <message>
            <source>服务器</source>
            <translation>Server</translation>
        </message>
        <message>
            <source>账号</source>
            <translation>Login</translation>
        </message>
        <message>
            <source>密码</source>
            <translation>Password</translation>
        </message>
        <message>
            <source>本机口令</source>
            <translation>Passphrase of this computer</translation>
        </message>
        <message>
            <source>再输入一次口令</source>
            <translation>The passphrase again</translation>
        </message>
        <message>
            <source>你好，{name}</source>
            <translation>Hello, {name}</translation>
        </message>
        <message>
            <source>输入本机口令打开你的数据，不需要网络。</source>
            <translation>Enter the passphrase of this computer to open your data. No network is needed.</translation>
        </message>
        <message>
            <source>正在打开本机数据，不需要网络。</source>
            <translation>Opening the data on this computer. No network is needed.</translation>
        </message>
        <message>
            <source>打开</source>
            <translation>Open</translation>
        </message>
        <message>
            <source>登录</source>
            <translation>Sign in</translation>
        </message>
        <message>
            <source>第一次登录需要网络，之后离线也能工作。</source>
            <translation>The first sign-in needs a network; after that you can work offline.</translation>
        </message>
        <message>
            <source>重新登录</source>
            <translation>Sign in again</translation>
        </message>
        <message>
            <source>忘记口令</source>
            <translation>Forgot the passphrase</translation>
        </message>
    </context>
    <context>
        <name>SmallDialog</name>
        <message>
            <source>取消</source>
            <translation>Cancel</translation>
        </message>
    </context>
    <context>
        <name>StandCard</name>
        <message>
            <source>恢复联网</source>
            <translation>Go online</translation>
        </message>
        <message>
            <source>每秒 {rate} 条</source>
            <translation>{rate} a second</translation>
        </message>
    </context>
    <context>
        <name>StatusBar</name>
        <message>
            <source>上次同步 {when}</source>
            <translation>Last sync {when}</translation>
        </message>
        <message numerus="yes">
            <source>%n 个辖区</source>
            <translation>
                <numerusform>%n territory</numerusform>
                <numerusform>%n territories</numerusform>
            </translation>
        </message>
        <message>
            <source>客户 {count}</source>
            <translation>{count} customers</translation>
        </message>
    </context>
    <context>
        <name>StuckFilesCard</name>
        <message>
            <source>附件传不过去</source>
            <translation>Attachments that do not get through</translation>
        </message>
        <message>
            <source>没有名字的文件</source>
            <translation>a file without a name</translation>
        </message>
        <message>
            <source>再试一次</source>
            <translation>Try again</translation>
        </message>
        <message>
            <source>打开记录</source>
            <translation>Open record</translation>
        </message>
    </context>
    <context>
        <name>SyncPage</name>
        <message>
            <source>同步</source>
            <translation>Sync</translation>
        </message>
        <message numerus="yes">
            <source>还有 %n 件要你处理；处理好上面的，就会列出来。</source>
            <translation>
                <numerusform>%n more thing for you; it is listed once those above are settled.</numerusform>
                <numerusform>%n more things for you; they are listed once those above are settled.</numerusform>
            </translation>
        </message>
        <message>
            <source>最早 {when}</source>
            <translation>Oldest {when}</translation>
        </message>
        <message numerus="yes">
            <source>%n 个附件</source>
            <translation>
                <numerusform>%n attachment</numerusform>
                <numerusform>%n attachments</numerusform>
            </translation>
        </message>
        <message>
            <source>没有等待发送的更改</source>
            <translation>Nothing waits to be sent</translation>
        </message>
        <message>
            <source>已保存在本机</source>
            <translation>Saved here</translation>
        </message>
        <message>
            <source>服务器还没有回答</source>
            <translation>The server has not answered yet</translation>
        </message>
        <message>
            <source>没有在路上的更改</source>
            <translation>Nothing on its way</translation>
        </message>
        <message>
            <source>已发送，等待确认</source>
            <translation>Sent, not yet confirmed</translation>
        </message>
        <message>
            <source>还没有同步过</source>
            <translation>Never synced yet</translation>
        </message>
        <message>
            <source>上次 {when} · 用时 {seconds} 秒</source>
            <translation>Last {when} · took {seconds} s</translation>
        </message>
        <message>
            <source>今天已接受</source>
            <translation>Accepted today</translation>
        </message>
        <message numerus="yes">
            <source>%n 个冲突</source>
            <translation>
                <numerusform>%n conflict</numerusform>
                <numerusform>%n conflicts</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 个被拒绝</source>
            <translation>
                <numerusform>%n refused</numerusform>
                <numerusform>%n refused</numerusform>
            </translation>
        </message>
        <message>
            <source>没有要你处理的事</source>
            <translation>Nothing for you to do</translation>
        </message>
        <message>
            <source>需要你处理</source>
            <translation>Needs you</translation>
        </message>
        <message>
            <source>旧数据已丢弃。</source>
            <translation>The older data is thrown away.</translation>
        </message>
        <message>
            <source>已复制一段话，可以粘贴到微信或邮件里发给{name}。</source>
            <translation>A message to {name} was copied; paste it into a chat or a mail.</translation>
        </message>
        <message>
            <source>原文已复制，可以粘贴给负责的同事。</source>
            <translation>Your text was copied; paste it to the colleague in charge.</translation>
        </message>
        <message>
            <source>你的决定已保存在本机，同步后生效。</source>
            <translation>Your decision is saved here and takes effect with the next sync.</translation>
        </message>
        <message>
            <source>就用当前值。其他的值仍在历史里。</source>
            <translation>The value in use stays. The other values remain in the history.</translation>
        </message>
        <message>
            <source>已改用这个值，保存在本机。其他的值仍在历史里。</source>
            <translation>This value is used now, saved here. The other values remain in the history.</translation>
        </message>
        <message>
            <source>已保存在本机，会再次发送。</source>
            <translation>Saved here; it will be sent again.</translation>
        </message>
        <message>
            <source>已放弃这项更改。原文再保留 30 天。</source>
            <translation>The change is dropped. Its text is kept for another 30 days.</translation>
        </message>
        <message>
            <source>已放回“需要你处理”，可以修改后再提交。</source>
            <translation>Back under 'needs you': correct it and send it again.</translation>
        </message>
    </context>
    <context>
        <name>TagsEditor</name>
        <message>
            <source>用顿号或逗号分开</source>
            <translation>Part them with commas</translation>
        </message>
    </context>
    <context>
        <name>TeamPage</name>
        <message>
            <source>团队</source>
            <translation>Team</translation>
        </message>
        <message>
            <source>哪段时间</source>
            <translation>Period</translation>
        </message>
        <message>
            <source>团队与代表</source>
            <translation>The team and its representatives</translation>
        </message>
        <message>
            <source>正在计算</source>
            <translation>Working out</translation>
        </message>
        <message>
            <source>你的大区里还没有辖区。管理员分配辖区、同步之后，这里会显示各位代表的数字。</source>
            <translation>Your region has no territories yet. Once an administrator has assigned them and this laptop has synced, the figures of the representatives stand here.</translation>
        </message>
        <message>
            <source>没有周期计划：在“计划”里定下，或者看月份</source>
            <translation>No cycle plan: set one under Plan, or look at a month</translation>
        </message>
        <message>
            <source>按姓名</source>
            <translation>By name</translation>
        </message>
        <message>
            <source>按覆盖</source>
            <translation>By coverage</translation>
        </message>
        <message>
            <source>按计划执行</source>
            <translation>By plan adherence</translation>
        </message>
        <message>
            <source>按报告及时</source>
            <translation>By timeliness</translation>
        </message>
        <message>
            <source>按预算使用</source>
            <translation>By budget used</translation>
        </message>
        <message>
            <source>全队</source>
            <translation>Whole team</translation>
        </message>
    </context>
    <context>
        <name>TeamWords</name>
        <message>
            <source>本周期</source>
            <translation>This cycle</translation>
        </message>
        <message>
            <source>上周期</source>
            <translation>Last cycle</translation>
        </message>
        <message>
            <source>本月</source>
            <translation>This month</translation>
        </message>
        <message>
            <source>上月</source>
            <translation>Last month</translation>
        </message>
        <message>
            <source>{first} 至 {last}</source>
            <translation>{first} to {last}</translation>
        </message>
        <message numerus="yes">
            <source>%n 位代表</source>
            <translation>
                <numerusform>%n representative</numerusform>
                <numerusform>%n representatives</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 个辖区</source>
            <translation>
                <numerusform>%n territory</numerusform>
                <numerusform>%n territories</numerusform>
            </translation>
        </message>
        <message>
            <source>现在没有代表</source>
            <translation>No representative now</translation>
        </message>
        <message>
            <source>与 {names} 共管</source>
            <translation>shared with {names}</translation>
        </message>
        <message>
            <source>截至 {moment}</source>
            <translation>As of {moment}</translation>
        </message>
        <message>
            <source>还没有同步过</source>
            <translation>Never synced yet</translation>
        </message>
        <message numerus="yes">
            <source>本机还有 %n 项没发送</source>
            <translation>
                <numerusform>%n change waits on this laptop</numerusform>
                <numerusform>%n changes wait on this laptop</numerusform>
            </translation>
        </message>
        <message>
            <source>代表电脑里还没同步的不在内；他们何时同步过，本机不知道。</source>
            <translation>What representatives' laptops have not synced is not in here; when they last did, this laptop does not know.</translation>
        </message>
        <message>
            <source>最近一份报告 {moment} 到达。</source>
            <translation>The latest report arrived {moment}.</translation>
        </message>
        <message>
            <source>辖区数据还在取回，数字还不全。</source>
            <translation>The territory is still arriving: the figures are not whole yet.</translation>
        </message>
        <message>
            <source>没有周期计划、不在内：{names}。</source>
            <translation>Without a cycle plan and not in here: {names}.</translation>
        </message>
        <message>
            <source>正在计算</source>
            <translation>Working out</translation>
        </message>
        <message>
            <source>这段时间没有可算的。</source>
            <translation>Nothing to work out in this period.</translation>
        </message>
        <message>
            <source>覆盖</source>
            <translation>Coverage</translation>
        </message>
        <message numerus="yes">
            <source>计划内的客户里至少见过一次的；还有 %n 位没见</source>
            <translation>
                <numerusform>of the customers in the plan were seen at least once; %n was not yet</numerusform>
                <numerusform>of the customers in the plan were seen at least once; %n were not yet</numerusform>
            </translation>
        </message>
        <message>
            <source>各类拜访次数</source>
            <translation>Frequency by class</translation>
        </message>
        <message>
            <source>{done} 次</source>
            <translation>{done} visits</translation>
        </message>
        <message>
            <source>目标按周期定，看月份时只列次数。</source>
            <translation>Goals are set for a cycle; for a month there is only what was done.</translation>
        </message>
        <message>
            <source>完成 / 目标；已排 {scheduled}，还差 {remaining}</source>
            <translation>done / goal; {scheduled} scheduled, {remaining} remaining</translation>
        </message>
        <message>
            <source>{done} / {planned} 次</source>
            <translation>{done} / {planned} visits</translation>
        </message>
        <message>
            <source>未分类</source>
            <translation>No class</translation>
        </message>
        <message>
            <source>每位 {done} 次</source>
            <translation>{done} each</translation>
        </message>
        <message>
            <source>每位 {done} / {goal} 次</source>
            <translation>{done} / {goal} each</translation>
        </message>
        <message>
            <source>计划执行</source>
            <translation>Plan adherence</translation>
        </message>
        <message numerus="yes">
            <source>计划外 %n 次</source>
            <translation>
                <numerusform>%n without a plan</numerusform>
                <numerusform>%n without a plan</numerusform>
            </translation>
        </message>
        <message>
            <source>还没到日子 {ahead}</source>
            <translation>{ahead} still ahead</translation>
        </message>
        <message>
            <source>当天完成 {on_day} · 有原因改期 {moved} · 改日无说明 {other} · 没有报告 {missed}</source>
            <translation>On the day {on_day} · moved with a reason {moved} · other day, no reason {other} · no report {missed}</translation>
        </message>
        <message>
            <source>删掉的计划本机不留，不在内</source>
            <translation>deleted plans are not kept here and not counted</translation>
        </message>
        <message>
            <source>报告及时</source>
            <translation>Timeliness of reports</translation>
        </message>
        <message numerus="yes">
            <source>在 %n 天的期限内到达</source>
            <translation>
                <numerusform>arrived within the limit of %n day</numerusform>
                <numerusform>arrived within the limit of %n days</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>；一半在 %n 天内</source>
            <translation>
                <numerusform>; half within %n day</numerusform>
                <numerusform>; half within %n days</numerusform>
            </translation>
        </message>
        <message>
            <source>；一半当天就到</source>
            <translation>; half on the same day</translation>
        </message>
        <message>
            <source>当天 {same} · 次日 {next} · 以后 {later} · 超过期限 {late}</source>
            <translation>Same day {same} · next day {next} · later {later} · beyond the limit {late}</translation>
        </message>
        <message>
            <source>预算</source>
            <translation>Budget</translation>
        </message>
        <message>
            <source>本机没有这段时间的预算。</source>
            <translation>This laptop holds no budget for this period.</translation>
        </message>
        <message>
            <source>{used} / {planned} · {share}%</source>
            <translation>{used} / {planned} · {share}%</translation>
        </message>
        <message>
            <source>已支付 {spent} · 已批准 {committed} · 预留 {reserved} · 剩余 {left}</source>
            <translation>Paid {spent} · approved {committed} · reserved {reserved} · left {left}</translation>
        </message>
        <message>
            <source>回访</source>
            <translation>Call-backs</translation>
        </message>
        <message numerus="yes">
            <source>最久的等了 %n 天</source>
            <translation>
                <numerusform>The longest waits for %n day</numerusform>
                <numerusform>The longest waits for %n days</numerusform>
            </translation>
        </message>
        <message>
            <source>有异议、待裁定 {disputed}</source>
            <translation>{disputed} disputed, to be settled</translation>
        </message>
        <message>
            <source>做完 {settled} 笔报销、{visits} 次拜访</source>
            <translation>Done: {settled} about claims, {visits} about visits</translation>
        </message>
        <message>
            <source>；一半当天</source>
            <translation>; half on the same day</translation>
        </message>
        <message>
            <source>没联系上或不愿答 {unanswered}</source>
            <translation>not reached or declined {unanswered}</translation>
        </message>
        <message>
            <source>没有规定回访期限，所以不说逾期。</source>
            <translation>No deadline is set for call-backs, so none is called overdue.</translation>
        </message>
        <message numerus="yes">
            <source>%n 笔待回访</source>
            <translation>
                <numerusform>%n claim to call about</numerusform>
                <numerusform>%n claims to call about</numerusform>
            </translation>
        </message>
        <message>
            <source>待 {waiting} · 已做 {done}</source>
            <translation>{waiting} waiting · {done} done</translation>
        </message>
        <message>
            <source>当天完成 {share}%</source>
            <translation>On the day {share}%</translation>
        </message>
        <message>
            <source>及时 {share}%</source>
            <translation>In time {share}%</translation>
        </message>
        <message>
            <source>见过 {share}%</source>
            <translation>Seen {share}%</translation>
        </message>
    </context>
    <context>
        <name>ThrowAwayDialog</name>
        <message>
            <source>{when} 放到一边的数据会永远删除，里面没发送的更改再也找不回来。现在的数据不受影响。</source>
            <translation>The data put aside {when} is deleted for good, and changes in it that were not sent are lost. The present data stays as it is.</translation>
        </message>
        <message>
            <source>丢弃旧数据</source>
            <translation>Throw older data away</translation>
        </message>
        <message>
            <source>永远丢弃</source>
            <translation>Delete for good</translation>
        </message>
        <message>
            <source>里面的内容我不要了</source>
            <translation>I do not need what is in it</translation>
        </message>
        <message>
            <source>确实不要了，请先打勾。</source>
            <translation>Tick the box first if you do not need it.</translation>
        </message>
    </context>
    <context>
        <name>Timeline</name>
        <message>
            <source>时间线</source>
            <translation>Timeline</translation>
        </message>
        <message numerus="yes">
            <source>再显示更早的 %n 条</source>
            <translation>
                <numerusform>Show %n earlier entry</numerusform>
                <numerusform>Show %n earlier entries</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>Toast</name>
        <message>
            <source>撤销</source>
            <translation>Undo</translation>
        </message>
        <message>
            <source>刚才的更改可以撤销。</source>
            <translation>The last change can be undone.</translation>
        </message>
    </context>
    <context>
        <name>TodayDetail</name>
        <message>
            <source>选一个拜访，这里显示要跟进的事和最近的记录。</source>
            <translation>Choose a visit: what to follow up and the last reports appear here.</translation>
        </message>
        <message>
            <source>有拜访以后，这里显示要跟进的事和最近的记录。</source>
            <translation>Once there are visits, what to follow up and the last reports appear here.</translation>
        </message>
        <message>
            <source>医生页</source>
            <translation>Doctor</translation>
        </message>
        <message>
            <source>继续写报告</source>
            <translation>Go on with the report</translation>
        </message>
        <message>
            <source>查看报告</source>
            <translation>See report</translation>
        </message>
        <message>
            <source>上报不良反应</source>
            <translation>Report adverse event</translation>
        </message>
        <message>
            <source>开始拜访</source>
            <translation>Start visit</translation>
        </message>
        <message>
            <source>需要跟进</source>
            <translation>To follow up</translation>
        </message>
        <message>
            <source>最近</source>
            <translation>Recent</translation>
        </message>
        <message numerus="yes">
            <source>全部 %n 次拜访</source>
            <translation>
                <numerusform>All %n visit</numerusform>
                <numerusform>All %n visits</numerusform>
            </translation>
        </message>
        <message>
            <source>还没有提交过拜访报告。写下这一次，以后就从这里看起。</source>
            <translation>No visit has been reported yet. Write this one, and the next begins from here.</translation>
        </message>
        <message>
            <source>{channel}未同意</source>
            <translation>{channel}: no consent</translation>
        </message>
        <message>
            <source>同意：{channels}</source>
            <translation>Consent: {channels}</translation>
        </message>
        <message>
            <source>本季度</source>
            <translation>This quarter</translation>
        </message>
        <message numerus="yes">
            <source>拜访 %n 次</source>
            <translation>
                <numerusform>%n visit</numerusform>
                <numerusform>%n visits</numerusform>
            </translation>
        </message>
        <message>
            <source>近一年没有拜访</source>
            <translation>No visit in the last year</translation>
        </message>
        <message numerus="yes">
            <source>上季度 %n 次</source>
            <translation>
                <numerusform>%n last quarter</numerusform>
                <numerusform>%n last quarter</numerusform>
            </translation>
        </message>
        <message>
            <source>接待规定：{rules}</source>
            <translation>Reception: {rules}</translation>
        </message>
        <message>
            <source>{product}至 {day}</source>
            <translation>{product} until {day}</translation>
        </message>
        <message>
            <source>备案有效：{products}</source>
            <translation>Filing valid: {products}</translation>
        </message>
        <message>
            <source>备案不覆盖：{products}，不能推广</source>
            <translation>No valid filing: {products}; may not be promoted</translation>
        </message>
    </context>
    <context>
        <name>TodayPage</name>
        <message>
            <source>前一天</source>
            <translation>Day before</translation>
        </message>
        <message>
            <source>后一天</source>
            <translation>Day after</translation>
        </message>
        <message>
            <source>今天的拜访</source>
            <translation>Visits of the day</translation>
        </message>
        <message>
            <source>这一天没有安排。加一个计划，或从客户页直接开始拜访。</source>
            <translation>Nothing planned. Add a plan, or start a visit from a customer's page.</translation>
        </message>
        <message>
            <source>添加计划</source>
            <translation>Add plan</translation>
        </message>
        <message>
            <source>还没有客户，所以没有可以安排的拜访。导入一份名单，或在客户页新建医生。</source>
            <translation>There is no customer yet, so nobody to visit. Import a list, or make a doctor on the Customers page.</translation>
        </message>
        <message>
            <source>导入客户</source>
            <translation>Import customers</translation>
        </message>
        <message>
            <source>这里没有你未兑现的承诺。</source>
            <translation>No open promise of yours here.</translation>
        </message>
        <message>
            <source>这里没有你待答复的提问。</source>
            <translation>No question here waits for your answer.</translation>
        </message>
        <message>
            <source>今日</source>
            <translation>Today</translation>
        </message>
        <message>
            <source>日程</source>
            <translation>Day</translation>
        </message>
        <message numerus="yes">
            <source>%n 次拜访</source>
            <translation>
                <numerusform>%n visit</numerusform>
                <numerusform>%n visits</numerusform>
            </translation>
        </message>
        <message>
            <source>已完成 {done}</source>
            <translation>{done} done</translation>
        </message>
        <message>
            <source>第 {quarter} 季度 · 第 {week} 周</source>
            <translation>Q{quarter} · week {week}</translation>
        </message>
        <message>
            <source>上报</source>
            <translation>Due</translation>
        </message>
        <message>
            <source>不良反应</source>
            <translation>Adverse event</translation>
        </message>
        <message>
            <source>未选医生</source>
            <translation>No doctor yet</translation>
        </message>
        <message>
            <source>续写</source>
            <translation>Begun</translation>
        </message>
        <message>
            <source>保存于 {moment}</source>
            <translation>saved {moment}</translation>
        </message>
        <message>
            <source>报告没写完</source>
            <translation>Report begun</translation>
        </message>
        <message>
            <source>接待：{rules}</source>
            <translation>Reception: {rules}</translation>
        </message>
        <message>
            <source>已答应：{promise}</source>
            <translation>Promised: {promise}</translation>
        </message>
        <message>
            <source>待答复：{question}</source>
            <translation>To answer: {question}</translation>
        </message>
        <message>
            <source>没有未兑现的承诺</source>
            <translation>No open promises</translation>
        </message>
        <message>
            <source>承诺到期</source>
            <translation>Promise due</translation>
        </message>
        <message>
            <source>跟进</source>
            <translation>Follow</translation>
        </message>
        <message>
            <source>{promise}（{said}）</source>
            <translation>{promise} ({said})</translation>
        </message>
        <message>
            <source>上次拜访：{when}</source>
            <translation>Last visit: {when}</translation>
        </message>
        <message>
            <source>本周期 {done} / {goal}，每 {days} 天一次</source>
            <translation>This cycle {done} / {goal}, one every {days} days</translation>
        </message>
        <message>
            <source>建议</source>
            <translation>Idea</translation>
        </message>
        <message>
            <source>周期该访</source>
            <translation>Due by cycle plan</translation>
        </message>
        <message>
            <source>久未拜访</source>
            <translation>Long not seen</translation>
        </message>
    </context>
    <context>
        <name>Tour</name>
        <message>
            <source>找人，找事：{key}</source>
            <translation>Find people and things to do: {key}</translation>
        </message>
        <message>
            <source>输入一个字、拼音或首字母就能找到医生和医院；每个命令也在那里，旁边写着它的快捷键。</source>
            <translation>A character, pinyin or initials find a doctor or hospital; every command is there too, with its key beside it.</translation>
        </message>
        <message>
            <source>从“今日”开始一次拜访：Enter</source>
            <translation>Start a visit from Today: Enter</translation>
        </message>
        <message>
            <source>选好医生按 Enter 就打开报告：数字键选一组，方向键选一项，写下记录。边写边保存，不怕中断。</source>
            <translation>Choose a doctor and press Enter: digits choose a group, arrows an entry, then write the note. It is saved as you type.</translation>
        </message>
        <message>
            <source>没有网络，照常工作</source>
            <translation>Work goes on without a network</translation>
        </message>
        <message>
            <source>最下面一行说明什么已保存、什么在等待发送。所有快捷键：{key}。</source>
            <translation>The line at the foot says what is saved and what waits to be sent. All keys: {key}.</translation>
        </message>
        <message>
            <source>开始工作</source>
            <translation>Start working</translation>
        </message>
        <message>
            <source>下一步</source>
            <translation>Next</translation>
        </message>
        <message>
            <source>跳过</source>
            <translation>Skip</translation>
        </message>
    </context>
    <context>
        <name>VisitDoctors</name>
        <message>
            <source>医生（选中为到场）</source>
            <translation>Doctors (chosen: was there)</translation>
        </message>
        <message>
            <source>空格：到场或缺席；Delete：移出这次拜访</source>
            <translation>Space: there or absent; Delete: off this visit</translation>
        </message>
        <message>
            <source>加医生：姓名、拼音或医院</source>
            <translation>Add: name, pinyin, hospital</translation>
        </message>
        <message>
            <source>加医生</source>
            <translation>Add a doctor</translation>
        </message>
    </context>
    <context>
        <name>VisitEditor</name>
        <message>
            <source>太长，没有保存</source>
            <translation>Too long, not saved</translation>
        </message>
        <message>
            <source>未保存</source>
            <translation>Not saved</translation>
        </message>
        <message>
            <source>草稿已保存 {time}</source>
            <translation>Draft saved {time}</translation>
        </message>
        <message>
            <source>草稿已保存在本机，随时可以接着写</source>
            <translation>Draft saved here; go on whenever you like</translation>
        </message>
        <message>
            <source>已保存在本机</source>
            <translation>Saved here</translation>
        </message>
        <message>
            <source>报告已提交，上报任务已建立：24 小时内上报，见“今日”最上面</source>
            <translation>Submitted. A task was opened: report it within 24 h, see the top of Today</translation>
        </message>
        <message>
            <source>拜访报告已提交，保存在本机，联网后自动发送</source>
            <translation>Report submitted: saved here, sent when there is a network</translation>
        </message>
        <message>
            <source>更正已放弃</source>
            <translation>Amendment given up</translation>
        </message>
        <message>
            <source>更正已保存在本机，原因和改动留在更正记录里</source>
            <translation>Amendment saved here; its reason and changes stay in the history</translation>
        </message>
        <message>
            <source>附件已加密保存在本机，排在文字之后发送</source>
            <translation>Attachment encrypted and saved here; sent after the texts</translation>
        </message>
        <message>
            <source>这次拜访已在别处提交。这里多写的内容还在：写上更正原因，作为更正提交；不要的话，点“放弃更正”。</source>
            <translation>This visit was submitted elsewhere. What you wrote beyond it is still here: give a reason and submit it as an amendment, or press 'Give up'.</translation>
        </message>
        <message>
            <source>这次拜访已被删除。写的内容还在，保存后成为一次新的拜访。</source>
            <translation>This visit was deleted. What you wrote is still here; saving makes a new visit of it.</translation>
        </message>
        <message>
            <source>拜访日期</source>
            <translation>Day of the visit</translation>
        </message>
        <message>
            <source>返回</source>
            <translation>Back</translation>
        </message>
        <message numerus="yes">
            <source>本次 %n 次按键</source>
            <translation>
                <numerusform>%n key stroke so far</numerusform>
                <numerusform>%n key strokes so far</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 个附件</source>
            <translation>
                <numerusform>%n attachment</numerusform>
                <numerusform>%n attachments</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>VisitFaults</name>
        <message>
            <source>听到不良反应了吗？选“没有”或“有”。</source>
            <translation>Was an adverse event heard? Choose No or Yes.</translation>
        </message>
        <message>
            <source>写一句更正原因。</source>
            <translation>Write why it is amended.</translation>
        </message>
    </context>
    <context>
        <name>VisitForm</name>
        <message>
            <source>时长</source>
            <translation>Duration</translation>
        </message>
        <message>
            <source>听到不良反应？</source>
            <translation>Adverse event heard?</translation>
        </message>
        <message>
            <source>没有</source>
            <translation>No</translation>
        </message>
        <message>
            <source>有 → 24 小时内上报</source>
            <translation>Yes → report within 24 h</translation>
        </message>
        <message>
            <source>患者、用药、表现；不写就用上面的记录</source>
            <translation>Who, medicine, what happened; if empty, the note is used</translation>
        </message>
        <message>
            <source>答应医生的事</source>
            <translation>What you promised</translation>
        </message>
        <message numerus="yes">
            <source>%n 分</source>
            <translation>
                <numerusform>%n min</numerusform>
                <numerusform>%n min</numerusform>
            </translation>
        </message>
        <message>
            <source>更长</source>
            <translation>Longer</translation>
        </message>
        <message>
            <source>{name}协访</source>
            <translation>With {name}</translation>
        </message>
        <message>
            <source>独自</source>
            <translation>Alone</translation>
        </message>
    </context>
    <context>
        <name>VisitList</name>
        <message>
            <source>按进度筛选</source>
            <translation>Filter by progress</translation>
        </message>
        <message>
            <source>我的拜访</source>
            <translation>My visits</translation>
        </message>
        <message>
            <source>没有这样的拜访。</source>
            <translation>No visits like that.</translation>
        </message>
        <message>
            <source>显示全部</source>
            <translation>Show all</translation>
        </message>
        <message>
            <source>还没有拜访。从今日或医生页开始，或者现在就写一份。</source>
            <translation>No visits yet. Start from Today or a doctor's page, or write one now.</translation>
        </message>
        <message>
            <source>新建拜访</source>
            <translation>New visit</translation>
        </message>
        <message>
            <source>全部</source>
            <translation>All</translation>
        </message>
        <message>
            <source>待写报告</source>
            <translation>To report</translation>
        </message>
        <message>
            <source>今后</source>
            <translation>Ahead</translation>
        </message>
        <message>
            <source>已提交</source>
            <translation>Submitted</translation>
        </message>
        <message numerus="yes">
            <source>%n 份草稿在最上面</source>
            <translation>
                <numerusform>%n draft on top</numerusform>
                <numerusform>%n drafts on top</numerusform>
            </translation>
        </message>
        <message>
            <source>最近的在最上面</source>
            <translation>Next first</translation>
        </message>
        <message>
            <source>最新的在最上面</source>
            <translation>Newest first</translation>
        </message>
        <message>
            <source>未选医生</source>
            <translation>No doctor yet</translation>
        </message>
        <message>
            <source>保存于 {moment}</source>
            <translation>Saved {moment}</translation>
        </message>
        <message>
            <source>还没有写记录</source>
            <translation>No note yet</translation>
        </message>
        <message>
            <source>还没有写报告</source>
            <translation>No report yet</translation>
        </message>
    </context>
    <context>
        <name>VisitPage</name>
        <message>
            <source>拜访报告</source>
            <translation>Visit report</translation>
        </message>
        <message>
            <source>拜访</source>
            <translation>Visits</translation>
        </message>
    </context>
    <context>
        <name>VisitProducts</name>
        <message>
            <source>查找产品</source>
            <translation>Find a product</translation>
        </message>
        <message>
            <source>查找产品：名称、拼音或首字母</source>
            <translation>Find a product: name, pinyin or initials</translation>
        </message>
        <message>
            <source>没有谈到产品。</source>
            <translation>No product was talked about.</translation>
        </message>
        <message>
            <source>公司还没有登记产品；管理员登记后，下次同步就会出现。</source>
            <translation>The company has no products yet; once an administrator adds some, they come with the next sync.</translation>
        </message>
        <message>
            <source>只看前几个产品</source>
            <translation>Only the first few products</translation>
        </message>
        <message numerus="yes">
            <source>其余 %n 个产品</source>
            <translation>
                <numerusform>%n more product</numerusform>
                <numerusform>%n more products</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>VisitSentences</name>
        <message>
            <source>这是同事的拜访，只能查看。</source>
            <translation>A colleague's visit: to read only.</translation>
        </message>
        <message>
            <source>已提交的报告已锁定。要改就“更正”并写原因；仍可以添加照片或由它报销。</source>
            <translation>A submitted report is locked. 'Amend' it with a reason; photos and expenses can still be added.</translation>
        </message>
        <message>
            <source>补报：拜访后 {days} 天内可以提交，这一份最迟 {last}。</source>
            <translation>Late report: it may be submitted within {days} days of the visit, this one by {last}.</translation>
        </message>
    </context>
    <context>
        <name>VisitSide</name>
        <message>
            <source>上次答应的</source>
            <translation>Promised last time</translation>
        </message>
        <message>
            <source>合规提示</source>
            <translation>Rules</translation>
        </message>
        <message>
            <source>更正记录</source>
            <translation>Amendments</translation>
        </message>
        <message>
            <source>最近两次</source>
            <translation>Last two visits</translation>
        </message>
        <message>
            <source>没有未兑现的承诺。</source>
            <translation>No open promises.</translation>
        </message>
        <message>
            <source>这是第一次拜访。</source>
            <translation>This is the first visit.</translation>
        </message>
        <message>
            <source>在另一台电脑上也提交过，两份已合并</source>
            <translation>submitted on another computer as well; both were merged</translation>
        </message>
        <message>
            <source>原因：{reason}</source>
            <translation>Reason: {reason}</translation>
        </message>
        <message>
            <source>已答复</source>
            <translation>Answered</translation>
        </message>
        <message>
            <source>待答复</source>
            <translation>To answer</translation>
        </message>
        <message>
            <source>✓ 备案覆盖{products}</source>
            <translation>✓ Filing covers {products}</translation>
        </message>
        <message>
            <source>! 备案不覆盖{products}，不能推广</source>
            <translation>! No valid filing for {products}: may not be promoted</translation>
        </message>
        <message>
            <source>! 提到不良反应：提交后自动建立上报任务，24 小时，从 {time} 起算</source>
            <translation>! Adverse event: submitting opens a task to report it within 24 h, counted from {time}</translation>
        </message>
        <message>
            <source>提交前请回答：听到不良反应了吗？</source>
            <translation>Before submitting: was an adverse event heard?</translation>
        </message>
        <message>
            <source>✓ 没有听到不良反应</source>
            <translation>✓ No adverse event heard</translation>
        </message>
        <message>
            <source>上报…</source>
            <translation>Report…</translation>
        </message>
        <message>
            <source>已兑现</source>
            <translation>Kept</translation>
        </message>
    </context>
    <context>
        <name>VisitTexts</name>
        <message>
            <source>医生说了什么，你答应了什么；边写边存</source>
            <translation>What was said, what you promised; saved as you type</translation>
        </message>
        <message>
            <source>医生问了什么，还要答复的</source>
            <translation>What was asked and needs an answer</translation>
        </message>
        <message>
            <source>听到的竞品信息</source>
            <translation>What was heard of competitors</translation>
        </message>
    </context>
    <context>
        <name>WaitingCard</name>
        <message>
            <source>等待发送</source>
            <translation>Waiting to be sent</translation>
        </message>
        <message numerus="yes">
            <source>还有 %n 项</source>
            <translation>
                <numerusform>and %n more</numerusform>
                <numerusform>and %n more</numerusform>
            </translation>
        </message>
        <message>
            <source>没有名字的文件</source>
            <translation>a file without a name</translation>
        </message>
        <message>
            <source>附件</source>
            <translation>Attachment</translation>
        </message>
        <message>
            <source>{sent} / {size}</source>
            <translation>{sent} of {size}</translation>
        </message>
        <message>
            <source>正在发送</source>
            <translation>On its way</translation>
        </message>
        <message>
            <source>排在文字之后</source>
            <translation>After the texts</translation>
        </message>
        <message>
            <source>新建</source>
            <translation>new</translation>
        </message>
        <message>
            <source>修改</source>
            <translation>changed</translation>
        </message>
        <message>
            <source>删除</source>
            <translation>deleted</translation>
        </message>
        <message>
            <source>提交</source>
            <translation>Submit</translation>
        </message>
        <message>
            <source>撤回</source>
            <translation>Recall</translation>
        </message>
        <message>
            <source>批准</source>
            <translation>Approve</translation>
        </message>
        <message>
            <source>退回</source>
            <translation>Send back</translation>
        </message>
        <message>
            <source>驳回</source>
            <translation>Reject</translation>
        </message>
        <message>
            <source>支付</source>
            <translation>Pay</translation>
        </message>
        <message>
            <source>裁定</source>
            <translation>Settle</translation>
        </message>
        <message>
            <source>回访确认</source>
            <translation>call-back confirmed</translation>
        </message>
        <message>
            <source>回访有异议</source>
            <translation>call-back disputed</translation>
        </message>
        <message>
            <source>合并</source>
            <translation>Merge</translation>
        </message>
        <message>
            <source>恢复</source>
            <translation>Restore</translation>
        </message>
        <message>
            <source>同意</source>
            <translation>Agree</translation>
        </message>
        <message>
            <source>不同意</source>
            <translation>Decline</translation>
        </message>
    </context>
    <context>
        <name>WeekDrawing</name>
        <message numerus="yes">
            <source>%n 次拜访</source>
            <translation>
                <numerusform>%n visit</numerusform>
                <numerusform>%n visits</numerusform>
            </translation>
        </message>
        <message>
            <source>调休上班</source>
            <translation>Make-up day</translation>
        </message>
        <message>
            <source>还没有 {years} 年的放假和调休安排，这里只把周末算作休息。公司公布后会随同步到达。</source>
            <translation>No public holidays of {years} are known yet: only weekends count as days off here. Those of your company come with a sync.</translation>
        </message>
        <message>
            <source>、</source>
            <translation>, </translation>
        </message>
    </context>
    <context>
        <name>YesNoEditor</name>
        <message>
            <source>是</source>
            <translation>Yes</translation>
        </message>
        <message>
            <source>否</source>
            <translation>No</translation>
        </message>
    </context>
    <context>
        <name>_Amounts</name>
        <message numerus="yes">
            <source>%n 项更改</source>
            <translation>
                <numerusform>%n change</numerusform>
                <numerusform>%n changes</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 件事</source>
            <translation>
                <numerusform>%n thing</numerusform>
                <numerusform>%n things</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 项更改已保存在本机（最早 {since}）</source>
            <translation>
                <numerusform>%n change saved here (oldest {since})</numerusform>
                <numerusform>%n changes saved here (oldest {since})</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 个附件等待发送（{size}）</source>
            <translation>
                <numerusform>%n attachment to send ({size})</numerusform>
                <numerusform>%n attachments to send ({size})</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 个附件等待取回（{size}）</source>
            <translation>
                <numerusform>%n attachment to fetch ({size})</numerusform>
                <numerusform>%n attachments to fetch ({size})</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 分钟</source>
            <translation>
                <numerusform>%n minute</numerusform>
                <numerusform>%n minutes</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 小时</source>
            <translation>
                <numerusform>%n hour</numerusform>
                <numerusform>%n hours</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 天</source>
            <translation>
                <numerusform>%n day</numerusform>
                <numerusform>%n days</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>_Cell</name>
        <message>
            <source>不变</source>
            <translation>Unchanged</translation>
        </message>
        <message>
            <source>改成…</source>
            <translation>Set to…</translation>
        </message>
        <message>
            <source>（清空）</source>
            <translation>(clear)</translation>
        </message>
    </context>
    <context>
        <name>_Chips</name>
        <message>
            <source>是</source>
            <translation>Yes</translation>
        </message>
        <message>
            <source>否</source>
            <translation>No</translation>
        </message>
    </context>
    <context>
        <name>_ClassLines</name>
        <message>
            <source>{done} / {planned}</source>
            <translation>{done} / {planned}</translation>
        </message>
        <message>
            <source>待排 {left}</source>
            <translation>{left} to schedule</translation>
        </message>
        <message>
            <source>{name}：完成 {done}，已排 {scheduled}，还差 {remaining}，{left}</source>
            <translation>{name}: done {done}, scheduled {scheduled}, remaining {remaining}, {left}</translation>
        </message>
    </context>
    <context>
        <name>_Head</name>
        <message>
            <source>保留</source>
            <translation>Kept</translation>
        </message>
        <message>
            <source>并入左边</source>
            <translation>Goes into the left one</translation>
        </message>
        <message numerus="yes">
            <source>%n 次拜访</source>
            <translation>
                <numerusform>%n visit</numerusform>
                <numerusform>%n visits</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 个附件</source>
            <translation>
                <numerusform>%n file</numerusform>
                <numerusform>%n files</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 个科室</source>
            <translation>
                <numerusform>%n department</numerusform>
                <numerusform>%n departments</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n 位医生</source>
            <translation>
                <numerusform>%n doctor</numerusform>
                <numerusform>%n doctors</numerusform>
            </translation>
        </message>
        <message>
            <source>上次 {when}</source>
            <translation>last {when}</translation>
        </message>
    </context>
    <context>
        <name>_Numbers</name>
        <message>
            <source>从</source>
            <translation>From</translation>
        </message>
        <message>
            <source>到</source>
            <translation>To</translation>
        </message>
    </context>
    <context>
        <name>_Range</name>
        <message>
            <source>{field} 从</source>
            <translation>{field} from</translation>
        </message>
        <message>
            <source>{field} 到</source>
            <translation>{field} to</translation>
        </message>
    </context>
    <context>
        <name>_Text</name>
        <message>
            <source>包含</source>
            <translation>Contains</translation>
        </message>
        <message>
            <source>{field} 包含</source>
            <translation>{field} contains</translation>
        </message>
    </context>
    <context>
        <name>actions</name>
        <message>
            <source>搜索与命令</source>
            <translation>Search and commands</translation>
        </message>
        <message>
            <source>打开今日</source>
            <translation>Open Today</translation>
        </message>
        <message>
            <source>打开客户</source>
            <translation>Open Customers</translation>
        </message>
        <message>
            <source>打开计划</source>
            <translation>Open Plan</translation>
        </message>
        <message>
            <source>打开拜访</source>
            <translation>Open Visits</translation>
        </message>
        <message>
            <source>打开费用</source>
            <translation>Open Expenses</translation>
        </message>
        <message>
            <source>打开审批</source>
            <translation>Open Approvals</translation>
        </message>
        <message>
            <source>打开团队</source>
            <translation>Open Team</translation>
        </message>
        <message>
            <source>打开同步</source>
            <translation>Open Sync</translation>
        </message>
        <message>
            <source>打开设置</source>
            <translation>Open Settings</translation>
        </message>
        <message>
            <source>导入客户</source>
            <translation>Import customers</translation>
        </message>
        <message>
            <source>返回上一页</source>
            <translation>Back to the page before</translation>
        </message>
        <message>
            <source>立即同步</source>
            <translation>Sync now</translation>
        </message>
        <message>
            <source>停止同步</source>
            <translation>Stop syncing</translation>
        </message>
        <message>
            <source>离线工作</source>
            <translation>Work offline</translation>
        </message>
        <message>
            <source>撤销</source>
            <translation>Undo</translation>
        </message>
        <message>
            <source>切换中文 / 英文</source>
            <translation>Switch Chinese / English</translation>
        </message>
        <message>
            <source>切换浅色 / 深色</source>
            <translation>Switch light / dark</translation>
        </message>
        <message>
            <source>键盘快捷键</source>
            <translation>Keyboard shortcuts</translation>
        </message>
        <message>
            <source>在新窗口中打开</source>
            <translation>Open in a window of its own</translation>
        </message>
        <message>
            <source>关闭这个窗口</source>
            <translation>Close this window</translation>
        </message>
        <message>
            <source>看一遍导览</source>
            <translation>See the tour</translation>
        </message>
        <message>
            <source>导览：下一步</source>
            <translation>Tour: next step</translation>
        </message>
        <message>
            <source>导览：跳过</source>
            <translation>Tour: skip</translation>
        </message>
        <message>
            <source>立即锁定</source>
            <translation>Lock now</translation>
        </message>
        <message>
            <source>退出登录</source>
            <translation>Sign out</translation>
        </message>
        <message>
            <source>本机口令…</source>
            <translation>Passphrase of this computer…</translation>
        </message>
        <message>
            <source>备份…</source>
            <translation>Back up…</translation>
        </message>
        <message>
            <source>恢复备份…</source>
            <translation>Put a backup back…</translation>
        </message>
        <message>
            <source>关闭 crmdesk</source>
            <translation>Close crmdesk</translation>
        </message>
        <message>
            <source>开始拜访</source>
            <translation>Start visit</translation>
        </message>
        <message>
            <source>打开医生</source>
            <translation>Open doctor</translation>
        </message>
        <message>
            <source>承诺已兑现</source>
            <translation>Promise kept</translation>
        </message>
        <message>
            <source>提问已答复</source>
            <translation>Question answered</translation>
        </message>
        <message>
            <source>放弃没写完的报告</source>
            <translation>Give up the draft</translation>
        </message>
        <message>
            <source>前一天</source>
            <translation>Day before</translation>
        </message>
        <message>
            <source>后一天</source>
            <translation>Day after</translation>
        </message>
        <message>
            <source>添加计划</source>
            <translation>Add plan</translation>
        </message>
        <message>
            <source>新建医生</source>
            <translation>New doctor</translation>
        </message>
        <message>
            <source>新建机构</source>
            <translation>New institution</translation>
        </message>
        <message>
            <source>筛选列表</source>
            <translation>Filter the list</translation>
        </message>
        <message>
            <source>打开客户页</source>
            <translation>Open customer</translation>
        </message>
        <message>
            <source>列出医生</source>
            <translation>List doctors</translation>
        </message>
        <message>
            <source>列出机构</source>
            <translation>List institutions</translation>
        </message>
        <message>
            <source>筛选条件</source>
            <translation>Conditions</translation>
        </message>
        <message>
            <source>选择列</source>
            <translation>Choose columns</translation>
        </message>
        <message>
            <source>按下一列排序</source>
            <translation>Sort by the next column</translation>
        </message>
        <message>
            <source>反向排序</source>
            <translation>Turn the order round</translation>
        </message>
        <message>
            <source>保存筛选…</source>
            <translation>Keep filter…</translation>
        </message>
        <message>
            <source>清除筛选</source>
            <translation>Clear filter</translation>
        </message>
        <message>
            <source>管理筛选…</source>
            <translation>Arrange filters…</translation>
        </message>
        <message>
            <source>下一个筛选</source>
            <translation>Next filter</translation>
        </message>
        <message>
            <source>上一个筛选</source>
            <translation>Previous filter</translation>
        </message>
        <message>
            <source>批量修改…</source>
            <translation>Change all…</translation>
        </message>
        <message>
            <source>合并…</source>
            <translation>Merge…</translation>
        </message>
        <message>
            <source>取消选择</source>
            <translation>Clear choice</translation>
        </message>
        <message>
            <source>导出…</source>
            <translation>Export…</translation>
        </message>
        <message>
            <source>可能重复</source>
            <translation>Possible duplicates</translation>
        </message>
        <message>
            <source>合并</source>
            <translation>Merge</translation>
        </message>
        <message>
            <source>提议合并</source>
            <translation>Propose merge</translation>
        </message>
        <message>
            <source>保留另一个</source>
            <translation>Keep the other</translation>
        </message>
        <message>
            <source>不是同一个</source>
            <translation>Not the same</translation>
        </message>
        <message>
            <source>不合并</source>
            <translation>Don't merge</translation>
        </message>
        <message>
            <source>撤回提议</source>
            <translation>Withdraw</translation>
        </message>
        <message>
            <source>恢复</source>
            <translation>Restore</translation>
        </message>
        <message>
            <source>编辑</source>
            <translation>Edit</translation>
        </message>
        <message>
            <source>拜访</source>
            <translation>Visit</translation>
        </message>
        <message>
            <source>计划</source>
            <translation>Plan</translation>
        </message>
        <message>
            <source>回访最近的拜访…</source>
            <translation>Call back about the latest visit…</translation>
        </message>
        <message>
            <source>保存</source>
            <translation>Save</translation>
        </message>
        <message>
            <source>取消</source>
            <translation>Cancel</translation>
        </message>
        <message>
            <source>删除</source>
            <translation>Delete</translation>
        </message>
        <message>
            <source>添加同意凭证…</source>
            <translation>Add evidence…</translation>
        </message>
        <message>
            <source>添加执业机构…</source>
            <translation>Add affiliation…</translation>
        </message>
        <message>
            <source>对照可能重复的医生</source>
            <translation>Compare possible duplicates</translation>
        </message>
        <message>
            <source>对照可能重复的机构</source>
            <translation>Compare possible duplicates</translation>
        </message>
        <message>
            <source>提交</source>
            <translation>Submit</translation>
        </message>
        <message>
            <source>稍后</source>
            <translation>Later</translation>
        </message>
        <message>
            <source>费用</source>
            <translation>Expense</translation>
        </message>
        <message>
            <source>照片 / 发票</source>
            <translation>Photo / fapiao</translation>
        </message>
        <message>
            <source>更正…</source>
            <translation>Amend…</translation>
        </message>
        <message>
            <source>新建拜访</source>
            <translation>New visit</translation>
        </message>
        <message>
            <source>新建报销</source>
            <translation>New claim</translation>
        </message>
        <message>
            <source>提交报销</source>
            <translation>Submit claim</translation>
        </message>
        <message>
            <source>撤回</source>
            <translation>Recall</translation>
        </message>
        <message>
            <source>添加凭证</source>
            <translation>Add receipt</translation>
        </message>
        <message>
            <source>添加明细</source>
            <translation>Add line</translation>
        </message>
        <message>
            <source>用别的程序打开凭证</source>
            <translation>Open the receipt elsewhere</translation>
        </message>
        <message>
            <source>删除这张报销单</source>
            <translation>Delete this claim</translation>
        </message>
        <message>
            <source>批准</source>
            <translation>Approve</translation>
        </message>
        <message>
            <source>逐行批准…</source>
            <translation>Approve by line…</translation>
        </message>
        <message>
            <source>退回…</source>
            <translation>Send back…</translation>
        </message>
        <message>
            <source>驳回…</source>
            <translation>Reject…</translation>
        </message>
        <message>
            <source>回访…</source>
            <translation>Call back…</translation>
        </message>
        <message>
            <source>裁定…</source>
            <translation>Settle…</translation>
        </message>
        <message>
            <source>支付</source>
            <translation>Pay</translation>
        </message>
        <message>
            <source>还没见的客户</source>
            <translation>Customers not seen</translation>
        </message>
        <message>
            <source>看这一周</source>
            <translation>Look at the week</translation>
        </message>
        <message>
            <source>去回访</source>
            <translation>Call back</translation>
        </message>
        <message>
            <source>看本周期</source>
            <translation>Look at this cycle</translation>
        </message>
        <message>
            <source>看上周期</source>
            <translation>Look at last cycle</translation>
        </message>
        <message>
            <source>看本月</source>
            <translation>Look at this month</translation>
        </message>
        <message>
            <source>看上月</source>
            <translation>Look at last month</translation>
        </message>
        <message>
            <source>按下一项排序</source>
            <translation>Sort by the next figure</translation>
        </message>
        <message>
            <source>移动…</source>
            <translation>Move…</translation>
        </message>
        <message>
            <source>提前 15 分钟</source>
            <translation>15 minutes earlier</translation>
        </message>
        <message>
            <source>推后 15 分钟</source>
            <translation>15 minutes later</translation>
        </message>
        <message>
            <source>移到前一天</source>
            <translation>To the day before</translation>
        </message>
        <message>
            <source>移到后一天</source>
            <translation>To the day after</translation>
        </message>
        <message>
            <source>重复…</source>
            <translation>Repeat…</translation>
        </message>
        <message>
            <source>复制到下一周</source>
            <translation>Copy to next week</translation>
        </message>
        <message>
            <source>前一周</source>
            <translation>Week before</translation>
        </message>
        <message>
            <source>后一周</source>
            <translation>Week after</translation>
        </message>
        <message>
            <source>本周</source>
            <translation>This week</translation>
        </message>
        <message>
            <source>不在岗…</source>
            <translation>Days off…</translation>
        </message>
        <message>
            <source>导出日历…</source>
            <translation>Export calendar…</translation>
        </message>
        <message>
            <source>排入所选的一天</source>
            <translation>Put into the chosen day</translation>
        </message>
        <message>
            <source>申请目标…</source>
            <translation>Propose…</translation>
        </message>
        <message>
            <source>撤回申请</source>
            <translation>Withdraw</translation>
        </message>
        <message>
            <source>同意</source>
            <translation>Agree</translation>
        </message>
        <message>
            <source>答复…</source>
            <translation>Answer…</translation>
        </message>
        <message>
            <source>周期计划…</source>
            <translation>Cycle plan…</translation>
        </message>
        <message>
            <source>选择文件…</source>
            <translation>Choose file…</translation>
        </message>
        <message>
            <source>开始导入</source>
            <translation>Start import</translation>
        </message>
        <message>
            <source>确定医院…</source>
            <translation>Decide hospitals…</translation>
        </message>
        <message>
            <source>忘掉这个选择</source>
            <translation>Forget this choice</translation>
        </message>
        <message>
            <source>停止</source>
            <translation>Stop</translation>
        </message>
        <message>
            <source>保存结果…</source>
            <translation>Save result…</translation>
        </message>
        <message>
            <source>撤回导入…</source>
            <translation>Take an import back…</translation>
        </message>
        <message>
            <source>重新登录…</source>
            <translation>Sign in again…</translation>
        </message>
        <message>
            <source>确认，是对的</source>
            <translation>Yes, that is right</translation>
        </message>
        <message>
            <source>取回旧数据…</source>
            <translation>Bring older data back…</translation>
        </message>
        <message>
            <source>丢弃旧数据…</source>
            <translation>Throw older data away…</translation>
        </message>
        <message>
            <source>就用当前值</source>
            <translation>Keep the value in use</translation>
        </message>
        <message>
            <source>到处可用</source>
            <translation>Everywhere</translation>
        </message>
        <message>
            <source>今日</source>
            <translation>Today</translation>
        </message>
        <message>
            <source>客户</source>
            <translation>Customers</translation>
        </message>
        <message>
            <source>医生页</source>
            <translation>Doctor</translation>
        </message>
        <message>
            <source>机构页</source>
            <translation>Institution</translation>
        </message>
        <message>
            <source>拜访报告</source>
            <translation>Visit report</translation>
        </message>
        <message>
            <source>报销</source>
            <translation>Claims</translation>
        </message>
        <message>
            <source>审批</source>
            <translation>Approvals</translation>
        </message>
        <message>
            <source>团队</source>
            <translation>Team</translation>
        </message>
        <message>
            <source>导入</source>
            <translation>Import</translation>
        </message>
        <message>
            <source>同步</source>
            <translation>Sync</translation>
        </message>
        <message>
            <source>设置</source>
            <translation>Settings</translation>
        </message>
    </context>
    <context>
        <name>adverse_event_dialog</name>
        <message>
            <source>已记为上报，保存在本机</source>
            <translation>Marked as reported, saved here</translation>
        </message>
    </context>
    <context>
        <name>arrange</name>
        <message>
            <source>改名</source>
            <translation>Rename</translation>
        </message>
    </context>
    <context>
        <name>backup_dialog</name>
        <message>
            <source>已停止，没有留下写了一半的内容。</source>
            <translation>Stopped; nothing half-done was left.</translation>
        </message>
        <message>
            <source>已复制 {done} / {total}</source>
            <translation>{done} of {total} copied</translation>
        </message>
        <message>
            <source>正在准备…</source>
            <translation>Getting ready…</translation>
        </message>
    </context>
    <context>
        <name>call_back_words</name>
        <message>
            <source>回访已保存在本机</source>
            <translation>Call-back saved here</translation>
        </message>
        <message>
            <source>回访属实，保存在本机，报销单同步时转待支付</source>
            <translation>Confirmed, saved here; the claim becomes payable at the next sync</translation>
        </message>
        <message>
            <source>回访有异议，保存在本机，报销单同步时转有争议</source>
            <translation>Disputed, saved here; the claim is disputed from the next sync on</translation>
        </message>
        <message>
            <source>回访已保存在本机，报销单继续等待</source>
            <translation>Call-back saved here; the claim keeps waiting</translation>
        </message>
    </context>
    <context>
        <name>chips</name>
        <message>
            <source>已保存在本机</source>
            <translation>Saved here</translation>
        </message>
        <message>
            <source>已发送</source>
            <translation>Sent</translation>
        </message>
        <message>
            <source>已接受</source>
            <translation>Accepted</translation>
        </message>
        <message>
            <source>需要你处理</source>
            <translation>Needs you</translation>
        </message>
    </context>
    <context>
        <name>claim_faults</name>
        <message>
            <source>写上事由</source>
            <translation>Give it a subject</translation>
        </message>
        <message>
            <source>没有拜访：写明原因</source>
            <translation>There is no visit: say why</translation>
        </message>
        <message>
            <source>至少写一项：金额</source>
            <translation>At least one line with an amount</translation>
        </message>
        <message>
            <source>选日期</source>
            <translation>Pick a date</translation>
        </message>
        <message>
            <source>填写金额，例如 1,234.50</source>
            <translation>Enter an amount, such as 1,234.50</translation>
        </message>
        <message>
            <source>选参加的医生；没有就先在上面添加</source>
            <translation>Choose the doctors who took part; add them above first</translation>
        </message>
        <message>
            <source>满 {amount} 要附凭证</source>
            <translation>From {amount} on a receipt is needed</translation>
        </message>
        <message>
            <source>还缺：{what}。草稿已保存。</source>
            <translation>Still missing: {what}. The draft is saved.</translation>
        </message>
        <message>
            <source>、</source>
            <translation>, </translation>
        </message>
        <message>
            <source>第 {line} 项的{field}</source>
            <translation>{field} of line {line}</translation>
        </message>
    </context>
    <context>
        <name>claim_words</name>
        <message>
            <source>已提交，待同步</source>
            <translation>Submitted, waiting to sync</translation>
        </message>
        <message>
            <source>撤回待同步</source>
            <translation>Recall waits to sync</translation>
        </message>
        <message>
            <source>批准待同步</source>
            <translation>Approval waits to sync</translation>
        </message>
        <message>
            <source>退回待同步</source>
            <translation>Send-back waits to sync</translation>
        </message>
        <message>
            <source>驳回待同步</source>
            <translation>Rejection waits to sync</translation>
        </message>
        <message>
            <source>支付待同步</source>
            <translation>Payment waits to sync</translation>
        </message>
        <message>
            <source>裁定待同步</source>
            <translation>Settlement waits to sync</translation>
        </message>
        <message>
            <source>回访属实，待同步</source>
            <translation>Confirmed, waiting to sync</translation>
        </message>
        <message>
            <source>回访有异议，待同步</source>
            <translation>Disputed at call-back, waiting to sync</translation>
        </message>
        <message>
            <source>待同步</source>
            <translation>Waiting to sync</translation>
        </message>
        <message>
            <source>看过之后有改动</source>
            <translation>Changed since you looked</translation>
        </message>
        <message>
            <source>需要你处理</source>
            <translation>Needs you</translation>
        </message>
        <message>
            <source>新建</source>
            <translation>Created</translation>
        </message>
        <message>
            <source>修改</source>
            <translation>Edited</translation>
        </message>
        <message>
            <source>提交</source>
            <translation>Submitted</translation>
        </message>
        <message>
            <source>撤回</source>
            <translation>Recalled</translation>
        </message>
        <message>
            <source>批准</source>
            <translation>Approved</translation>
        </message>
        <message>
            <source>退回</source>
            <translation>Sent back</translation>
        </message>
        <message>
            <source>驳回</source>
            <translation>Rejected</translation>
        </message>
        <message>
            <source>回访确认</source>
            <translation>Confirmed by call-back</translation>
        </message>
        <message>
            <source>回访有争议</source>
            <translation>Disputed at call-back</translation>
        </message>
        <message>
            <source>争议处理</source>
            <translation>Dispute settled</translation>
        </message>
        <message>
            <source>支付</source>
            <translation>Paid</translation>
        </message>
        <message>
            <source>{what}：{reason}</source>
            <translation>{what}: {reason}</translation>
        </message>
    </context>
    <context>
        <name>doctor_new</name>
        <message>
            <source>医生已保存在本机，审核前即可使用</source>
            <translation>Doctor saved here; usable before the review</translation>
        </message>
    </context>
    <context>
        <name>doctor_places</name>
        <message>
            <source>执业机构已保存在本机</source>
            <translation>Affiliation saved here</translation>
        </message>
    </context>
    <context>
        <name>export_dialog</name>
        <message>
            <source>已停止，没有写出文件。</source>
            <translation>Stopped; no file was written.</translation>
        </message>
        <message>
            <source>已导出 {count} 行到 {file}，并作了记录。</source>
            <translation>{count} rows exported to {file}, and noted.</translation>
        </message>
    </context>
    <context>
        <name>form_dialog</name>
        <message>
            <source>已保存在本机</source>
            <translation>Saved here</translation>
        </message>
    </context>
    <context>
        <name>form_draft</name>
        <message>
            <source>还没有保存，已留作草稿，下次新建时会恢复</source>
            <translation>Not saved yet: kept as a draft and back when you make the next one</translation>
        </message>
        <message>
            <source>草稿已放弃</source>
            <translation>Draft given up</translation>
        </message>
    </context>
    <context>
        <name>import_words</name>
        <message>
            <source>表太长：最多 {limit} 行。请分成几个文件，再一个一个导入。</source>
            <translation>The sheet is too long: at most {limit} rows. Split it into several files and import them one by one.</translation>
        </message>
        <message>
            <source>文件太大：最多 {limit_mb} MB。没有导入任何内容。</source>
            <translation>The file is too large: at most {limit_mb} MB. Nothing was imported.</translation>
        </message>
        <message>
            <source>这个文件是空的，没有可以导入的内容。</source>
            <translation>This file is empty; there is nothing to import.</translation>
        </message>
        <message>
            <source>这个文件已损坏，没有导入任何内容。请重新取得一份。</source>
            <translation>This file is damaged; nothing was imported. Get it once more.</translation>
        </message>
        <message>
            <source>表里只有表头，没有数据行。</source>
            <translation>The sheet has a header but no rows below it.</translation>
        </message>
        <message>
            <source>看不出这是医生还是机构的名单。请在上面选一种，再指定各列。</source>
            <translation>It is not clear whether this lists doctors or institutions. Choose one above, then say what each column is.</translation>
        </message>
        <message>
            <source>与文件第 {row} 行是同一个，没有重复新建。</source>
            <translation>The same as row {row} of the file; not made twice.</translation>
        </message>
        <message>
            <source>同一医院另一科室已有同名医生，等你判断是不是同一人。</source>
            <translation>A doctor of that name works in another department of the hospital; say whether it is the same person.</translation>
        </message>
        <message>
            <source>已新建。第 {row} 行只是写法不同，请看是不是同一家。</source>
            <translation>Made. Row {row} differs only in spelling; see whether it is the same institution.</translation>
        </message>
        <message>
            <source>已新建。这个名称也是另一家机构的别名，请看是不是同一家。</source>
            <translation>Made. This name is also an alias of another institution; see whether it is the same one.</translation>
        </message>
        <message>
            <source>有几家医院都叫“{hospital}”。没有导入，请确定是哪一家。</source>
            <translation>Several hospitals are called '{hospital}'. Not imported; decide which one it is.</translation>
        </message>
        <message>
            <source>“{hospital}”可能是：{names}。没有导入，请确定是哪一家。</source>
            <translation>'{hospital}' may be: {names}. Not imported; decide which one it is.</translation>
        </message>
        <message>
            <source>已新建。医院“{hospital}”按“{name}”归入（{why}），请核对。</source>
            <translation>Made. The hospital '{hospital}' was taken for '{name}' ({why}); check it.</translation>
        </message>
        <message>
            <source>已新建。医院名称“{name}”像是两家连在一起，请核对。</source>
            <translation>Made. The hospital name '{name}' looks like two run together; check it.</translation>
        </message>
        <message>
            <source>已新建。医院取自上面：第 {row} 行的“{hospital}”（用到第 {last} 行），请核对。</source>
            <translation>Made. The hospital is from above: '{hospital}' in row {row} (used down to row {last}). Check it.</translation>
        </message>
        <message>
            <source>这一行没有“{field}”。</source>
            <translation>This row has no '{field}'.</translation>
        </message>
        <message>
            <source>“{field}”太长：{length} 字，最多 {limit}。</source>
            <translation>'{field}' is too long: {length} characters, at most {limit}.</translation>
        </message>
        <message>
            <source>“{field}”的格式不对。</source>
            <translation>'{field}' has the wrong form.</translation>
        </message>
        <message>
            <source>“{field}”的值“{value}”不在可选项里。</source>
            <translation>The value '{value}' of '{field}' is not one of the choices.</translation>
        </message>
        <message>
            <source>名称相同</source>
            <translation>same name</translation>
        </message>
        <message>
            <source>别名相同</source>
            <translation>same alias</translation>
        </message>
        <message>
            <source>曾用名相同</source>
            <translation>same former name</translation>
        </message>
        <message>
            <source>只多了或少了上级地名</source>
            <translation>only a place more or less</translation>
        </message>
        <message>
            <source>地名简写</source>
            <translation>place shortened</translation>
        </message>
        <message>
            <source>地名相同，县、市、区不同</source>
            <translation>same place name, other rank</translation>
        </message>
        <message>
            <source>写法不同</source>
            <translation>spelled otherwise</translation>
        </message>
        <message>
            <source>简称</source>
            <translation>short form</translation>
        </message>
        <message>
            <source>多了所属单位</source>
            <translation>owner added</translation>
        </message>
        <message>
            <source>院区或分院不同</source>
            <translation>another branch</translation>
        </message>
        <message>
            <source>名称相近</source>
            <translation>similar name</translation>
        </message>
        <message>
            <source>请核对</source>
            <translation>To check</translation>
        </message>
        <message>
            <source>已有</source>
            <translation>Known</translation>
        </message>
        <message>
            <source>放在一边</source>
            <translation>Set aside</translation>
        </message>
        <message>
            <source>没有导入</source>
            <translation>Not imported</translation>
        </message>
        <message>
            <source>段首</source>
            <translation>heading</translation>
        </message>
        <message>
            <source>逗号分隔</source>
            <translation>commas</translation>
        </message>
        <message>
            <source>分号分隔</source>
            <translation>semicolons</translation>
        </message>
        <message>
            <source>制表符分隔</source>
            <translation>tabs</translation>
        </message>
        <message>
            <source>竖线分隔</source>
            <translation>bars</translation>
        </message>
        <message>
            <source>{count} 行数据</source>
            <translation>rows: {count}</translation>
        </message>
        <message>
            <source>表头在第 {row} 行</source>
            <translation>header in row {row}</translation>
        </message>
        <message>
            <source>没有表头</source>
            <translation>no header</translation>
        </message>
    </context>
    <context>
        <name>institution_new</name>
        <message>
            <source>机构已保存在本机，审核前即可使用</source>
            <translation>Institution saved here; usable before the review</translation>
        </message>
    </context>
    <context>
        <name>pace</name>
        <message>
            <source>还需约 {count} 秒</source>
            <translation>about {count} s left</translation>
        </message>
        <message>
            <source>还需约 {count} 分钟</source>
            <translation>about {count} min left</translation>
        </message>
        <message>
            <source>每秒 {rate} 行</source>
            <translation>{rate} rows a second</translation>
        </message>
    </context>
    <context>
        <name>pages</name>
        <message>
            <source>今日</source>
            <translation>Today</translation>
        </message>
        <message>
            <source>客户</source>
            <translation>Customers</translation>
        </message>
        <message>
            <source>医生</source>
            <translation>Doctors</translation>
        </message>
        <message>
            <source>机构</source>
            <translation>Institutions</translation>
        </message>
        <message>
            <source>计划</source>
            <translation>Plan</translation>
        </message>
        <message>
            <source>可能重复</source>
            <translation>Duplicates</translation>
        </message>
        <message>
            <source>拜访</source>
            <translation>Visits</translation>
        </message>
        <message>
            <source>费用</source>
            <translation>Expenses</translation>
        </message>
        <message>
            <source>审批</source>
            <translation>Approvals</translation>
        </message>
        <message>
            <source>团队</source>
            <translation>Team</translation>
        </message>
        <message>
            <source>导入</source>
            <translation>Import</translation>
        </message>
        <message>
            <source>同步</source>
            <translation>Sync</translation>
        </message>
        <message>
            <source>设置</source>
            <translation>Settings</translation>
        </message>
    </context>
    <context>
        <name>plan_answers</name>
        <message>
            <source>申请已保存在本机，联网后交给经理</source>
            <translation>Proposal saved here, handed to the manager when there is a network</translation>
        </message>
        <message>
            <source>刚才已在别处申请了 {visits} 次。再按“提出申请”就用这里写的。</source>
            <translation>Meanwhile {visits} visits were asked for elsewhere. Ask again to use what is written here.</translation>
        </message>
        <message>
            <source>答复已保存在本机，联网后发送</source>
            <translation>Answer saved here, sent when there is a network</translation>
        </message>
    </context>
    <context>
        <name>plan_cycle_dialog</name>
        <message>
            <source>周期计划已保存在本机</source>
            <translation>Cycle plan saved here</translation>
        </message>
    </context>
    <context>
        <name>plan_move</name>
        <message>
            <source>已移到 {when}</source>
            <translation>Moved to {when}</translation>
        </message>
        <message>
            <source>刚才已在别处移到 {when}。再按“移动”就用这里的时间。</source>
            <translation>Moved meanwhile to {when}. Move again to use the time written here.</translation>
        </message>
        <message>
            <source>已记下不在岗</source>
            <translation>Days off noted</translation>
        </message>
    </context>
    <context>
        <name>situations</name>
        <message>
            <source>这台电脑已被停用 · {kept}</source>
            <translation>This computer has been revoked · {kept}</translation>
        </message>
        <message>
            <source>这台电脑已被停用</source>
            <translation>This computer has been revoked</translation>
        </message>
        <message>
            <source>管理员停用了它，服务器不再收发。{kept}，没有丢失。请联系管理员。</source>
            <translation>The administrator revoked it, and the server no longer talks to it. {kept}; nothing is lost. Ask the administrator.</translation>
        </message>
        <message>
            <source>需要重新登录 · {kept}</source>
            <translation>Sign in again · {kept}</translation>
        </message>
        <message>
            <source>登录已过期</source>
            <translation>Your session has ended</translation>
        </message>
        <message>
            <source>{kept}，可以照常工作。重新登录后接着同步。</source>
            <translation>{kept}. You can go on working; after signing in again the sync continues.</translation>
        </message>
        <message>
            <source>请更新 crmdesk · {kept}</source>
            <translation>Update crmdesk · {kept}</translation>
        </message>
        <message>
            <source>服务器需要新版本的 crmdesk</source>
            <translation>The server needs a newer crmdesk</translation>
        </message>
        <message>
            <source>{kept}，更新后自动发送，不用重新登录。在此之前可以照常工作。</source>
            <translation>{kept}. After the update everything goes out by itself, without signing in again. Until then work goes on as usual.</translation>
        </message>
        <message>
            <source>磁盘已满，同步停下了 · {kept}</source>
            <translation>The disk is full, the sync stopped · {kept}</translation>
        </message>
        <message>
            <source>这台电脑的磁盘已满</source>
            <translation>The disk of this computer is full</translation>
        </message>
        <message>
            <source>收到的内容写不下了。已保存的都在，{kept}。请腾出一些空间，再同步一次。</source>
            <translation>There is no room for what arrives. What was saved is kept; {kept}. Free some space, then sync again.</translation>
        </message>
        <message>
            <source>服务器的证书不可信，没有发送任何东西 · {kept}</source>
            <translation>The server's certificate is not trusted; nothing was sent · {kept}</translation>
        </message>
        <message>
            <source>服务器的证书不可信</source>
            <translation>The server's certificate is not trusted</translation>
        </message>
        <message>
            <source>也许有人在中间，所以密码和更改都没有发出。{kept}。请换一个网络，或联系管理员。</source>
            <translation>Somebody may be listening in, so neither your password nor your changes went out. {kept}. Try another network, or ask the administrator.</translation>
        </message>
        <message>
            <source>服务器地址不安全，没有发送任何东西 · {kept}</source>
            <translation>The server's address is not safe; nothing was sent · {kept}</translation>
        </message>
        <message>
            <source>服务器地址必须以 https:// 开头</source>
            <translation>The server's address must begin with https://</translation>
        </message>
        <message>
            <source>密码和更改都没有发出。{kept}。请向管理员要正确的地址。</source>
            <translation>Neither your password nor your changes went out. {kept}. Ask the administrator for the right address.</translation>
        </message>
        <message>
            <source>服务器把这台电脑认成了别人，同步停下了 · {kept}</source>
            <translation>The server takes this computer for somebody else's, the sync stopped · {kept}</translation>
        </message>
        <message>
            <source>服务器把这台电脑认成了别人</source>
            <translation>The server takes this computer for somebody else's</translation>
        </message>
        <message>
            <source>所以什么都没有收下。{kept}。请重新登录；如果再出现，请联系管理员。</source>
            <translation>So nothing was taken over. {kept}. Sign in again; if it comes back, ask the administrator.</translation>
        </message>
        <message>
            <source>本机数据有损坏，同步停下了</source>
            <translation>The data on this computer is damaged, the sync stopped</translation>
        </message>
        <message>
            <source>本机数据有损坏</source>
            <translation>The data on this computer is damaged</translation>
        </message>
        <message>
            <source>没有写入任何东西。请先不要删除数据文件夹，把诊断信息发给支持人员。</source>
            <translation>Nothing was written. Do not delete the data folder yet; send the diagnostics to support.</translation>
        </message>
        <message>
            <source>“{place}”突然少了很多，同步停下来等你确认</source>
            <translation>Much of '{place}' vanished at once; the sync waits for your word</translation>
        </message>
        <message>
            <source>“{place}”的 {held} 条里，服务器上只剩 {left} 条</source>
            <translation>Of the {held} entries of '{place}' the server has only {left} left</translation>
        </message>
        <message>
            <source>本机内容没有动，{kept}。刚调整过辖区就请确认。服务器刚从备份恢复过，先问管理员有没有更新的备份：确认后，只有各人三十天内发过的会再发。不明白就先别确认。</source>
            <translation>Nothing here was touched; {kept}. If territories were just rearranged, confirm it. If the server just came back from a backup, ask the administrator whether there is a newer one: once you confirm, only what each person sent within the last thirty days is sent again. If you cannot explain it, do not confirm yet.</translation>
        </message>
        <message>
            <source>这份数据在另一台电脑上也在用，同步停下了 · {kept}</source>
            <translation>This data is in use on another computer too, the sync stopped · {kept}</translation>
        </message>
        <message>
            <source>这份数据在另一台电脑上也在用</source>
            <translation>This data is in use on another computer too</translation>
        </message>
        <message>
            <source>服务器几次认出两份一样的数据。{kept}。请只在一台电脑上打开它，再同步一次。</source>
            <translation>The server met two copies of it several times. {kept}. Open it on one computer only, then sync again.</translation>
        </message>
        <message>
            <source>本机和服务器的内容对不上，请联系支持人员 · {kept}</source>
            <translation>This computer and the server still differ; tell support · {kept}</translation>
        </message>
        <message>
            <source>本机和服务器的内容对不上</source>
            <translation>This computer and the server still differ</translation>
        </message>
        <message>
            <source>已多次重新取回，仍有差别，会定时再对。{kept}，没有丢失。请把诊断信息发给支持人员。</source>
            <translation>It was fetched anew several times and still differs; it is compared again from time to time. {kept}; nothing is lost. Send the diagnostics to support.</translation>
        </message>
        <message>
            <source>服务器不让这个账号同步 · {kept}</source>
            <translation>The server does not let this account sync · {kept}</translation>
        </message>
        <message>
            <source>服务器不让这个账号同步</source>
            <translation>The server does not let this account sync</translation>
        </message>
        <message>
            <source>{kept}，没有丢失。请联系管理员。</source>
            <translation>{kept}; nothing is lost. Ask the administrator.</translation>
        </message>
        <message>
            <source>同步停下了（{code}）· {kept}</source>
            <translation>The sync stopped ({code}) · {kept}</translation>
        </message>
        <message>
            <source>同步停下了</source>
            <translation>The sync stopped</translation>
        </message>
        <message>
            <source>{reason}{kept}。</source>
            <translation>{reason} {kept}.</translation>
        </message>
        <message>
            <source>离开太久，正在重新取回全部内容 · {progress}</source>
            <translation>After a long time away everything is fetched anew · {progress}</translation>
        </message>
        <message>
            <source>正在重新取回全部内容 · {progress}</source>
            <translation>Fetching everything anew · {progress}</translation>
        </message>
        <message>
            <source>上次同步 {last}，隔得太久，服务器把全部内容重新给一遍。到了的马上可以用。{kept}。</source>
            <translation>The last sync was {last}, so long ago that the server gives everything once more. What arrives can be used at once. {kept}.</translation>
        </message>
        <message>
            <source>正在取回你的辖区…</source>
            <translation>Fetching your territory…</translation>
        </message>
        <message>
            <source>正在取回你的辖区</source>
            <translation>Fetching your territory</translation>
        </message>
        <message>
            <source>正在问服务器有哪些内容。到了的马上可以用，不用等完。{kept}。</source>
            <translation>Asking the server what there is. What arrives can be used at once, before the rest is here. {kept}.</translation>
        </message>
        <message>
            <source>正在取回你的辖区 · {progress}</source>
            <translation>Fetching your territory · {progress}</translation>
        </message>
        <message>
            <source>到了的马上可以用，不用等完；停下也不丢，下次接着来。{kept}。</source>
            <translation>What has arrived can be used at once. If you stop it, nothing is lost and the next time goes on from there. {kept}.</translation>
        </message>
        <message>
            <source>本机有一部分和服务器不一样，正在重新取回 · {kept}</source>
            <translation>A part here differs from the server and is fetched anew · {kept}</translation>
        </message>
        <message>
            <source>正在重新取回一部分内容</source>
            <translation>A part is fetched anew</translation>
        </message>
        <message>
            <source>核对时发现这一部分和服务器不一样。你的更改不受影响。{kept}。</source>
            <translation>The comparison found that it differs from the server. Your own changes are not touched. {kept}.</translation>
        </message>
        <message>
            <source>正在重新连接… · {kept}</source>
            <translation>Connecting again… · {kept}</translation>
        </message>
        <message>
            <source>正在重新连接服务器</source>
            <translation>Connecting to the server again</translation>
        </message>
        <message>
            <source>{since} 起连不上。{kept}。</source>
            <translation>No connection since {since}. {kept}.</translation>
        </message>
        <message>
            <source>正在发送 {sending}</source>
            <translation>Sending {sending}</translation>
        </message>
        <message>
            <source>每一项都会得到服务器的回答；收到回答之前，都留在本机。</source>
            <translation>The server answers each of them; until it has, they stay on this computer.</translation>
        </message>
        <message>
            <source>正在接收 · {progress}</source>
            <translation>Receiving · {progress}</translation>
        </message>
        <message>
            <source>收到的随时保存；停下也不丢，下次接着来。{kept}。</source>
            <translation>What arrives is saved as it comes. If you stop it, nothing is lost and the next time goes on from there. {kept}.</translation>
        </message>
        <message>
            <source>正在和服务器核对…</source>
            <translation>Comparing with the server…</translation>
        </message>
        <message>
            <source>正在和服务器核对</source>
            <translation>Comparing with the server</translation>
        </message>
        <message>
            <source>{kept}。</source>
            <translation>{kept}.</translation>
        </message>
        <message>
            <source>你选择了离线工作 · {kept}</source>
            <translation>Working offline by your choice · {kept}</translation>
        </message>
        <message>
            <source>你选择了离线工作</source>
            <translation>You chose to work offline</translation>
        </message>
        <message>
            <source>在你恢复联网之前，不收也不发。{kept}。</source>
            <translation>Until you go online again nothing is sent or fetched. {kept}.</translation>
        </message>
        <message>
            <source>还没有取回过内容，连不上服务器 · {retry}</source>
            <translation>Nothing was fetched yet, the server cannot be reached · {retry}</translation>
        </message>
        <message>
            <source>还没有取回过你的辖区</source>
            <translation>Your territory was never fetched yet</translation>
        </message>
        <message>
            <source>现在连不上服务器，{retry}。这之前也可以新建客户、写拜访。{kept}。</source>
            <translation>The server cannot be reached now; {retry}. You can add customers and write visits meanwhile. {kept}.</translation>
        </message>
        <message>
            <source>这个网络要先在浏览器里登录 · {kept}</source>
            <translation>This network wants a sign-in in the browser first · {kept}</translation>
        </message>
        <message>
            <source>这个网络要先在浏览器里登录</source>
            <translation>This network wants a sign-in in the browser first</translation>
        </message>
        <message>
            <source>酒店和医院的无线网常这样。没有发送任何东西，{kept}。在浏览器里登录网络，再同步一次。</source>
            <translation>Hotels and hospitals often do that. Nothing was sent; {kept}. Sign in to the network in the browser, then sync again.</translation>
        </message>
        <message>
            <source>服务器现在很忙，{retry} · {kept}</source>
            <translation>The server is busy, {retry} · {kept}</translation>
        </message>
        <message>
            <source>服务器现在很忙</source>
            <translation>The server is busy</translation>
        </message>
        <message>
            <source>它请大家过一会儿再来：{retry}，不用做什么。{kept}。</source>
            <translation>It asks everybody to come back a little later: {retry}. There is nothing for you to do. {kept}.</translation>
        </message>
        <message>
            <source>服务器出错了，{retry} · {kept}</source>
            <translation>The server has a problem, {retry} · {kept}</translation>
        </message>
        <message>
            <source>服务器出错了</source>
            <translation>The server has a problem</translation>
        </message>
        <message>
            <source>不是这台电脑的问题，{retry}。{kept}。</source>
            <translation>It is not this computer's fault; {retry}. {kept}.</translation>
        </message>
        <message>
            <source>网络太慢或断了，{retry} · {kept}</source>
            <translation>The network is slow or broke off, {retry} · {kept}</translation>
        </message>
        <message>
            <source>传输中断了</source>
            <translation>The transfer broke off</translation>
        </message>
        <message>
            <source>收到的都已保存，会从断的地方接着来，{retry}。{kept}。</source>
            <translation>What has arrived is saved, and it goes on from there; {retry}. {kept}.</translation>
        </message>
        <message>
            <source>那个地址上不是 crmdesk 服务器 · {kept}</source>
            <translation>There is no crmdesk server at that address · {kept}</translation>
        </message>
        <message>
            <source>那个地址上不是 crmdesk 服务器</source>
            <translation>There is no crmdesk server at that address</translation>
        </message>
        <message>
            <source>没有发送任何东西，{retry}。{kept}。如果一直这样，请向管理员核对地址。</source>
            <translation>Nothing was sent; {retry}. {kept}. If it stays like that, check the address with the administrator.</translation>
        </message>
        <message>
            <source>服务器没看懂这次请求，{retry} · {kept}</source>
            <translation>The server did not understand the request, {retry} · {kept}</translation>
        </message>
        <message>
            <source>服务器没看懂这次请求</source>
            <translation>The server did not understand the request</translation>
        </message>
        <message>
            <source>{retry}。{kept}，没有丢失。如果一直这样，请更新 crmdesk，或把诊断信息发给支持人员。</source>
            <translation>{retry}. {kept}; nothing is lost. If it stays like that, update crmdesk or send the diagnostics to support.</translation>
        </message>
        <message>
            <source>离线已久 · {kept}，请尽快联网一次</source>
            <translation>Offline for long · {kept}; go online soon</translation>
        </message>
        <message>
            <source>很久没有连上服务器</source>
            <translation>The server has not been reached for long</translation>
        </message>
        <message>
            <source>上次同步 {last}。{kept}，放多久都不会丢；但同事和经理还看不到，请尽快联网一次。</source>
            <translation>Last sync {last}. {kept}, and will not be lost however long it takes; but nobody else can see it yet. Go online soon.</translation>
        </message>
        <message>
            <source>离线已久 · 本机的内容停在 {last}，请尽快联网一次</source>
            <translation>Offline for long · what is here stands as of {last}; go online soon</translation>
        </message>
        <message>
            <source>本机的内容停在 {last}，可以照常工作；同事后来改的，联网后才看得到。{kept}。</source>
            <translation>What is here stands as of {last}. Work goes on as usual; what others changed since then comes once there is a network. {kept}.</translation>
        </message>
        <message>
            <source>离线 · {kept}，联网后自动发送</source>
            <translation>Offline · {kept}, sent when there is a network</translation>
        </message>
        <message>
            <source>离线，可以照常工作</source>
            <translation>Offline; work goes on as usual</translation>
        </message>
        <message>
            <source>{since} 起连不上服务器，{retry}。{kept}，联网后自动发送。</source>
            <translation>No connection to the server since {since}; {retry}. {kept}, sent when there is a network.</translation>
        </message>
        <message>
            <source>离线 · {kept}，可以照常工作</source>
            <translation>Offline · {kept}, work goes on as usual</translation>
        </message>
        <message>
            <source>{since} 起连不上服务器，{retry}。{kept}。</source>
            <translation>No connection to the server since {since}; {retry}. {kept}.</translation>
        </message>
        <message>
            <source>暂时同步不了（{code}），{retry} · {kept}</source>
            <translation>The sync does not work for now ({code}), {retry} · {kept}</translation>
        </message>
        <message>
            <source>暂时同步不了</source>
            <translation>The sync does not work for now</translation>
        </message>
        <message>
            <source>{reason}{retry}。{kept}。</source>
            <translation>{reason} {retry}. {kept}.</translation>
        </message>
        <message>
            <source>{changes}一直没有被服务器收下，最早 {oldest}</source>
            <translation>The server has not taken {changes} for long, oldest {oldest}</translation>
        </message>
        <message>
            <source>{changes}一直没有被服务器收下</source>
            <translation>The server has not taken {changes} for long</translation>
        </message>
        <message>
            <source>服务器连得上，但从 {oldest} 起没有回答，会继续再试；没有丢失。明天还这样，请告诉支持人员。</source>
            <translation>The server can be reached but has given no answer since {oldest}; it is tried again. Nothing is lost. If it is still so tomorrow, tell support.</translation>
        </message>
        <message>
            <source>{needs}需要你处理，在“同步”页 · {kept}</source>
            <translation>{needs} for you on the Sync page · {kept}</translation>
        </message>
        <message>
            <source>{needs}需要你处理</source>
            <translation>{needs} for you to decide</translation>
        </message>
        <message>
            <source>列在下面，原文都在；不处理也不会丢，其他更改照常同步。{kept}。</source>
            <translation>Listed below with the text intact. Nothing is lost by waiting, and everything else syncs as usual. {kept}.</translation>
        </message>
        <message>
            <source>同步已停止，收到的都已保存 · {kept}</source>
            <translation>The sync was stopped, what arrived is saved · {kept}</translation>
        </message>
        <message>
            <source>同步已停止</source>
            <translation>The sync was stopped</translation>
        </message>
        <message>
            <source>收到的都已保存，下次从那里接着来。{kept}。</source>
            <translation>What has arrived is saved; the next time goes on from there. {kept}.</translation>
        </message>
        <message>
            <source>{changes}已保存在本机，几秒内可以撤销，然后发送</source>
            <translation>{changes} saved here; can be undone for a few seconds, then sent</translation>
        </message>
        <message>
            <source>{changes}等待发送</source>
            <translation>{changes} waiting to be sent</translation>
        </message>
        <message>
            <source>都已保存在本机。刚才的删除或合并几秒内可以撤销，然后一起发送。</source>
            <translation>All of it is saved here. What was just deleted or merged can be undone for a few seconds, then everything goes out.</translation>
        </message>
        <message>
            <source>{changes}已保存在本机，马上发送</source>
            <translation>{changes} saved here, going out in a moment</translation>
        </message>
        <message>
            <source>都已保存在本机，最早 {oldest}，马上发送。</source>
            <translation>All of it is saved here, oldest {oldest}; it goes out in a moment.</translation>
        </message>
        <message>
            <source>你的辖区还没有取完，可以先用已到的内容</source>
            <translation>Your territory is not all here yet; what has arrived can be used</translation>
        </message>
        <message>
            <source>你的辖区还没有取完</source>
            <translation>Your territory is not all here yet</translation>
        </message>
        <message>
            <source>下次同步接着取；已到的可以先用。</source>
            <translation>The next sync goes on fetching; what has arrived can be used meanwhile.</translation>
        </message>
        <message>
            <source>更改都已被服务器接受 · {files}</source>
            <translation>All changes accepted · {files}</translation>
        </message>
        <message>
            <source>更改都已被服务器接受，附件还在路上</source>
            <translation>All changes are accepted, attachments are still on their way</translation>
        </message>
        <message>
            <source>{files}。附件排在文字后面，断了会接着传，可以照常工作。</source>
            <translation>{files}. Attachments go after the texts and continue where they broke off; work goes on as usual.</translation>
        </message>
        <message>
            <source>已同步 · 这台电脑的时钟{off}</source>
            <translation>Synced · the clock of this computer is {off}</translation>
        </message>
        <message>
            <source>已同步，但这台电脑的时钟{off}</source>
            <translation>Synced, but the clock of this computer is {off}</translation>
        </message>
        <message>
            <source>谁先谁后由服务器决定，不受影响；只是你写下的时间会不对。请在系统设置里校准时间。</source>
            <translation>The server decides what came first, so nothing is mixed up; only the times that you write down are wrong. Set the clock in the system's settings.</translation>
        </message>
        <message>
            <source>已同步 · 没有待发送的更改</source>
            <translation>Synced · nothing waits to be sent</translation>
        </message>
        <message>
            <source>全部已同步</source>
            <translation>Everything is in sync</translation>
        </message>
        <message>
            <source>你的更改都已被服务器接受，这里的内容和服务器一致。上次核对：{last}。</source>
            <translation>The server has accepted all your changes, and what is here is what the server has. Last compared: {last}.</translation>
        </message>
        <message>
            <source>这台电脑的时钟{off}</source>
            <translation>The clock of this computer is {off}</translation>
        </message>
        <message>
            <source>你的辖区</source>
            <translation>your territory</translation>
        </message>
        <message>
            <source>原因不明（代码 {code}），可以告诉支持人员。</source>
            <translation>The reason is not known (code {code}); support can tell.</translation>
        </message>
        <message>
            <source>没有待发送的更改</source>
            <translation>nothing waits to be sent</translation>
        </message>
        <message>
            <source>，</source>
            <translation>, </translation>
        </message>
        <message>
            <source>{done} / {total} 条</source>
            <translation>{done} of {total}</translation>
        </message>
        <message>
            <source>已收到 {done} 条</source>
            <translation>{done} received</translation>
        </message>
        <message>
            <source>会自动再试</source>
            <translation>it is tried again by itself</translation>
        </message>
        <message>
            <source>一分钟内自动再试</source>
            <translation>next try within a minute</translation>
        </message>
        <message>
            <source>{time} 自动再试</source>
            <translation>next try at {time}</translation>
        </message>
        <message>
            <source>快了 {amount}</source>
            <translation>{amount} fast</translation>
        </message>
        <message>
            <source>慢了 {amount}</source>
            <translation>{amount} slow</translation>
        </message>
    </context>
    <context>
        <name>type_ahead</name>
        <message>
            <source>没有找到“{text}”</source>
            <translation>Nothing found for '{text}'</translation>
        </message>
    </context>
    <context>
        <name>visit_drafts</name>
        <message>
            <source>没写完的报告已放弃</source>
            <translation>Draft given up</translation>
        </message>
    </context>
    <context>
        <name>visit_files</name>
        <message>
            <source>添加照片或发票</source>
            <translation>Add photo or receipt</translation>
        </message>
        <message>
            <source>照片与发票</source>
            <translation>Photos and receipts</translation>
        </message>
        <message>
            <source>文件读不出来：{reason}。没有添加。</source>
            <translation>The file cannot be read: {reason}. It was not added.</translation>
        </message>
    </context>
    <context>
        <name>visit_marks</name>
        <message>
            <source>承诺已兑现</source>
            <translation>Promise kept</translation>
        </message>
        <message>
            <source>已记为兑现</source>
            <translation>Marked as kept</translation>
        </message>
        <message>
            <source>已答复</source>
            <translation>Question answered</translation>
        </message>
        <message>
            <source>{said}：{what}</source>
            <translation>{said}: {what}</translation>
        </message>
    </context>
</TS>
